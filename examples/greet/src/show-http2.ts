import { concat, showBody } from "./show-body.js";
import type { WirePiece } from "./wire-tap.js";

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const data = 0;
const headers = 1;
const endStream = 0x1;

/**
 * One exchange over HTTP/2, in lines: the frames of its stream, in the order in which they passed, and the messages in
 * them. Frames of the connection itself (SETTINGS, WINDOW_UPDATE, PING) are left out.
 */
export function showHttp2(pieces: readonly WirePiece[], json: boolean): string[] {
  const lines: string[] = [];
  const readers = { request: new FrameReader(preface.length), response: new FrameReader(0) };
  for (const { direction, bytes } of pieces) {
    for (const { type, flags, payload } of readers[direction].push(bytes)) {
      const arrow = direction === "request" ? "→" : "←";
      const end = (flags & endStream) !== 0 ? ["END_STREAM"] : [];
      if (type === headers)
        lines.push(`${arrow} HEADERS  ${[`${payload.length} bytes`, ...end].join("   ")}`);
      if (type === data) lines.push(...showData(arrow, payload, end, json));
    }
  }
  return lines;
}

/** The first message stands beside the frame's name, the others below it. */
function showData(arrow: string, payload: Uint8Array, end: string[], json: boolean): string[] {
  const parts = showBody(payload, { json, enveloped: true });
  const last = [...parts.splice(-1), ...end].join("   ");
  return [...parts, last].map(
    (line, i) => (i === 0 ? `${arrow} DATA     ` : " ".repeat(11)) + line,
  );
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** Cuts one direction of a connection into frames (RFC 9113, section 4.1). */
class FrameReader {
  #skip: number;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param skip bytes before the first frame. */
  constructor(skip: number) {
    this.#skip = skip;
  }

  push(bytes: Uint8Array): Frame[] {
    let whole = concat([this.#rest, bytes]);
    const skipped = Math.min(this.#skip, whole.length);
    this.#skip -= skipped;
    whole = whole.subarray(skipped);
    const frames: Frame[] = [];
    let at = 0;
    for (; at + 9 <= whole.length; ) {
      const view = Buffer.from(whole.buffer, whole.byteOffset + at, whole.length - at);
      const end = 9 + view.readUIntBE(0, 3);
      if (view.length < end) break;
      frames.push({
        type: view.readUInt8(3),
        flags: view.readUInt8(4),
        payload: whole.subarray(at + 9, at + end),
      });
      at += end;
    }
    this.#rest = whole.subarray(at);
    return frames;
  }
}
