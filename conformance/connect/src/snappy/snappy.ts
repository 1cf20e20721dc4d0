/** Snappy in its framing format: a stream identifier, then chunks with a checksum each. */
import type { Compression, DecompressedSink } from "@bowline/rpc";
import { blockBytes, compressBlock, decompressBlock } from "./block.js";
import { maskedCrc32c } from "./crc32c.js";

const identifier = Uint8Array.of(0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59);
const compressedData = 0x00;
const uncompressedData = 0x01;
const streamIdentifier = 0xff;
/** Chunks of these types and above may be passed over; those below are an error. */
const skippable = 0x80;

/** A compression that is not ours, as a user would plug it in. */
export const snappy: Compression = { name: "snappy", compress, decompress };

function compress(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [identifier];
  for (let start = 0; start < bytes.length; start += blockBytes) {
    parts.push(...chunkOf(bytes.subarray(start, start + blockBytes)));
  }
  return Buffer.concat(parts);
}

/** A block as a chunk, compressed where that makes it smaller. */
function chunkOf(block: Uint8Array): Uint8Array[] {
  const squeezed = compressBlock(block);
  const worthwhile = squeezed.length < block.length;
  const content = worthwhile ? squeezed : block;
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint32(
    0,
    (content.length + 4) * 256 + (worthwhile ? compressedData : uncompressedData),
    true,
  );
  view.setUint32(4, maskedCrc32c(block), true);
  return [head, content];
}

function decompress(bytes: Uint8Array, sink: DecompressedSink): void {
  if (Buffer.compare(bytes.subarray(0, identifier.length), identifier) !== 0) {
    throw new Error("snappy: no stream identifier");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = identifier.length;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw new Error("snappy: a chunk's head is cut off");
    const head = view.getUint32(at, true);
    const end = at + 4 + (head >>> 8);
    if (end > bytes.length) throw new Error("snappy: a chunk is cut off");
    readChunk(head & 0xff, bytes.subarray(at + 4, end), sink);
    at = end;
  }
}

function readChunk(type: number, content: Uint8Array, sink: DecompressedSink): void {
  if (type === compressedData || type === uncompressedData) {
    if (content.length < 4) throw new Error("snappy: a chunk without a checksum");
    const data = content.subarray(4);
    const block = type === compressedData ? decompressBlock(data) : data;
    if (block.length > blockBytes) throw new Error(`snappy: a chunk of ${block.length} bytes`);
    const stored = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
    if (stored !== maskedCrc32c(block)) throw new Error("snappy: a checksum does not match");
    sink.append(block);
  } else if (type === streamIdentifier) {
    // Streams may be joined; each begins with an identifier.
    if (Buffer.compare(content, identifier.subarray(4)) !== 0) {
      throw new Error("snappy: another stream identifier");
    }
  } else if (type < skippable) throw new Error(`snappy: a chunk of type ${type}`);
}
