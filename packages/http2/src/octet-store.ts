/**
 * Memory for octets that are kept for a while, in pieces. Nothing is written twice, so what was put there stays until
 * nobody holds it; with it stays the piece that it is in.
 */
export class OctetStore {
  /** Where the next octets go: `bytes[used, …)`. */
  bytes: Uint8Array = new Uint8Array(0);
  used = 0;
  readonly #pieceBytes: number;

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
  }

  /** Makes room for octets. Many get a piece of their own. */
  reserve(count: number): void {
    if (this.bytes.length - this.used >= count) return;
    this.bytes = new Uint8Array(Math.max(count, this.#pieceBytes));
    this.used = 0;
  }
}
