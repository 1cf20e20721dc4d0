import { readUint31, readUint32 } from "./frame.js";
import { readLatin1 } from "./latin1.js";

/** What a peer says when it ends a connection (RFC 9113, section 6.8). */
export interface Goaway {
  /** The last stream that it may have processed; it has not touched those above. */
  readonly lastStreamId: number;
  readonly code: number;
  /** Its reason, as far as it is text; at most 128 characters. */
  readonly debug: string;
}

/** Announces the end without refusing a stream: clients stop opening streams, none is lost. */
export const noLastStream = 0x7fff_ffff;
const debugBytes = 128;

/** Reads the payload of a GOAWAY frame of 8 bytes or more. */
export function decodeGoaway(bytes: Uint8Array, start: number, end: number): Goaway {
  const debug = readLatin1(bytes, start + 8, Math.min(end, start + 8 + debugBytes));
  return {
    lastStreamId: readUint31(bytes, start),
    code: readUint32(bytes, start + 4),
    debug: debug.replace(/[^\x20-\x7e]/g, "?"),
  };
}

/** A reason as debug data: octets, cut to what the peer should bear. */
export function encodeDebug(text: string): Uint8Array {
  return Uint8Array.from(text.slice(0, debugBytes), (each) => each.charCodeAt(0) & 0x7f);
}
