import {
  type Fixup,
  maxSize,
  moveLimit,
  finish as oneArray,
  output,
  TooLarge,
  varint,
} from "../wire/output.js";
import { allocate } from "../wire/platform.js";
import { encodeTo } from "./encode.js";
import type { EncodeOptions, MessageType } from "./message-type.js";

/**
 * Writes a message as a list of chunks, which one after the other are the bytes that `type.encode` gives: for `writev`,
 * `stream.writev`, or a `Blob`, without a copy of what is large. Values of `bytes` fields and runs of unknown fields
 * from 4 KiB on are not copied: their chunks are views of the message's own memory. Until the chunks have been sent,
 * that memory must not be written and the chunks must not be transferred to another thread. The other chunks are the
 * caller's, as an encoded message is. No chunk is empty; an empty message has none.
 * @throws EncodeError as `type.encode` does, with the same limit of 2 GiB − 1 for the whole.
 */
export function encodeChunks<T, I>(
  type: MessageType<T, I>,
  message: NoInfer<T | I>,
  options?: EncodeOptions,
): Uint8Array[] {
  let chunks: Uint8Array[] = [];
  encodeTo(type, message, options, {
    take,
    finish(p) {
      const [copied, pieces] = output.fixups.some(({ bytes }) => bytes) ? finish(p) : whole(p);
      chunks = pieces;
      return copied;
    },
  });
  return chunks;
}

function whole(p: number): [Uint8Array, Uint8Array[]] {
  const bytes = oneArray(p);
  return [bytes, bytes.length > 0 ? [bytes] : []];
}

/**
 * A place as large as a body that is never moved, so that the length of every message around it goes by the notes, too
 * (`close`).
 */
function take(p: number, bytes: Uint8Array): number {
  const { fixups } = output;
  const { length } = bytes;
  const before = fixups.length === 0 ? 0 : fixups[fixups.length - 1]!.total;
  fixups.push({
    at: p,
    reserved: moveLimit,
    length,
    bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, length),
    total: before + length - moveLimit,
  });
  return p + moveLimit;
}

/** The message that ends at `p`: what is copied, as one array, and the chunks, most of which are parts of it. */
function finish(p: number): [Uint8Array, Uint8Array[]] {
  const { buffer, start, fixups } = output;
  const { total } = fixups[fixups.length - 1]!;
  if (p - start + total > maxSize) throw new TooLarge();
  fixups.sort((x, y) => x.at - y.at);
  const taken = fixups.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  const copied = allocate(p - start + total - taken);
  return [copied, cut(copied, buffer, start, p, fixups)];
}

/** Copies `buffer[from, p)` with what was noted worked in, and cuts it where bytes are taken as they are. */
function cut(
  copied: Uint8Array,
  buffer: Uint8Array,
  from: number,
  p: number,
  fixups: readonly Fixup[],
): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let begin = 0;
  let to = 0;
  for (const { at, reserved, length, bytes } of fixups) {
    copied.set(buffer.subarray(from, at), to);
    to += at - from;
    from = at + reserved;
    if (bytes === undefined) to = varint(copied, to, length);
    else {
      if (to > begin) chunks.push(copied.subarray(begin, to));
      chunks.push(bytes);
      begin = to;
    }
  }
  copied.set(buffer.subarray(from, p), to);
  if (copied.length > begin) chunks.push(copied.subarray(begin));
  return chunks;
}
