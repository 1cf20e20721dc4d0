/** The runner's framing over stdin and stdout: a 4-byte big-endian length, then the message. */
import type { Readable, Writable } from "node:stream";

const headBytes = 4;

/** The messages of a stream, one after the other, until it ends. */
export async function* readFrames(stream: Readable): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  for await (const chunk of stream) {
    held = Buffer.concat([held, chunk as Buffer]);
    for (let end = frameEnd(held); end !== undefined; end = frameEnd(held)) {
      yield held.subarray(headBytes, end);
      held = held.subarray(end);
    }
  }
  if (held.length > 0)
    throw new Error(`the input ended within a frame, after ${held.length} bytes`);
}

/** Where the first frame ends, `undefined` while it is incomplete. */
function frameEnd(bytes: Buffer): number | undefined {
  if (bytes.length < headBytes) return undefined;
  const end = headBytes + bytes.readUInt32BE(0);
  return bytes.length < end ? undefined : end;
}

/** Writes one message whole. */
export function writeFrame(stream: Writable, message: Uint8Array): void {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(message.length);
  stream.write(Buffer.concat([head, message]));
}
