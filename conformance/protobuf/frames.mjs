/** The runner's framing over stdin and stdout: a 4-byte little-endian length, then the message. */
import { readSync, writeSync } from "node:fs";

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Calls an operation on a pipe until it is ready. The runner's pipes may be non-blocking. */
function whenReady(operation) {
  for (;;) {
    try {
      return operation();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

/** Reads exactly `length` bytes; `undefined` at the end of the input, an error in the middle of a message. */
function readExactly(length, mayEnd) {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = whenReady(() => readSync(0, bytes, filled, length - filled, null));
    if (count === 0) {
      if (mayEnd && filled === 0) return undefined;
      throw new Error(`the input ended after ${filled} of ${length} bytes`);
    }
    filled += count;
  }
  return bytes;
}

/** The next message, or `undefined` when the runner has closed the pipe. */
export function readFrame() {
  const header = readExactly(4, true);
  if (header === undefined) return undefined;
  return readExactly(new DataView(header.buffer).getUint32(0, true), false);
}

/** Writes one message whole. */
export function writeFrame(message) {
  const frame = new Uint8Array(4 + message.length);
  new DataView(frame.buffer).setUint32(0, message.length, true);
  frame.set(message, 4);
  let written = 0;
  while (written < frame.length) {
    written += whenReady(() => writeSync(1, frame, written, frame.length - written));
  }
}
