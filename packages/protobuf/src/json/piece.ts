import { utf8 } from "./utf8.js";

/**
 * Prepared text as little-endian 32-bit words, filled up with zeros to a multiple of four: a `DataView` writes and
 * compares four bytes at a time.
 */
export interface Piece {
  readonly length: number;
  readonly words: Int32Array;
  /** The bits of the last word that are text. */
  readonly mask: number;
}

export function piece(text: string): Piece {
  const bytes = utf8(text);
  const padded = new Uint8Array((bytes.length + 15) & ~15);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const words = new Int32Array(padded.length >> 2).map((_, i) => view.getInt32(i * 4, true));
  return { length: bytes.length, words, mask: -1 >>> ((padded.length - bytes.length) * 8) };
}
