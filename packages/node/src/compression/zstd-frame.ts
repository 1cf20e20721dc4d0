/** Each frame costs a decoder of its own, and 64 KiB could hold 7,000 of them. */
const mostFrames = 16;

const magic = 0xfd2fb528;
const dictionaryIdSizes = [0, 1, 2, 4] as const;
const contentSizeSizes = [0, 2, 4, 8] as const;

/**
 * The frames (RFC 8878, 3.1.1) that bytes consist of, from the first byte to the last: `node:zlib` reads past the end of
 * a frame or not, by how much room it happens to have. What is in the frames is left to it.
 * @throws Error for anything else: no frame, a cut one, bytes behind the last one's end, more than 16 frames.
 */
export function zstdFrames(bytes: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  do {
    if (frames.length === mostFrames) throw new Error(`more than ${mostFrames} zstd frames`);
    const end = frameEnd(bytes, at);
    frames.push(bytes.subarray(at, end));
    at = end;
  } while (at < bytes.length);
  return frames;
}

function frameEnd(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + 5 > bytes.length || view.getUint32(start, true) !== magic) {
    throw new Error(`not a zstd frame at byte ${start}`);
  }
  const descriptor = bytes[start + 4] as number;
  let at = start + 5 + headerFields(descriptor);
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) throw new Error("the zstd frame is cut");
    const block = view.getUint16(at, true) | ((bytes[at + 2] as number) << 16);
    last = (block & 1) === 1;
    const isRunLength = ((block >>> 1) & 3) === 1;
    at += 3 + (isRunLength ? 1 : block >>> 3);
  }
  if ((descriptor & 4) !== 0) at += 4; // The checksum.
  if (at > bytes.length) throw new Error("the zstd frame is cut");
  return at;
}

/** The size of the header's fields behind its descriptor: window, dictionary, content size. */
function headerFields(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSize = contentSizeSizes[(descriptor >>> 6) as 0 | 1 | 2 | 3];
  return (
    (isSingleSegment ? 0 : 1) +
    dictionaryIdSizes[(descriptor & 3) as 0 | 1 | 2 | 3] +
    (contentSize === 0 && isSingleSegment ? 1 : contentSize)
  );
}
