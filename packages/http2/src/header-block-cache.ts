import type { HpackDecoder } from "./hpack-decoder.js";

/** Blocks that are longer are rarely the same twice. */
const maxBlockBytes = 192;
const slots = 16;
/** After so many blocks of which none came again only some are looked at. */
const manyStrangers = 64;
const lookEvery = 8;

interface Entry<T> {
  readonly block: Uint8Array;
  /** The state of the decoder's table in which the block has this meaning. */
  readonly version: number;
  readonly value: T;
}

/**
 * Remembers what header blocks mean, by their bytes. Only a block that leaves the dynamic table alone is kept, and it
 * counts only while the table is the same: then equal bytes mean equal fields.
 */
export class HeaderBlockCache<T> {
  readonly #decoder: HpackDecoder;
  /** Made with the first block that is kept. */
  #entries: (Entry<T> | undefined)[] | undefined;
  /** By slot, the hash of the block that came last: one that never comes again is not worth keeping. */
  #seen: Int32Array | undefined;
  /** Blocks since the last that came again. */
  #strangers = 0;

  constructor(decoder: HpackDecoder) {
    this.#decoder = decoder;
  }

  clear(): void {
    this.#entries = undefined;
    this.#seen = undefined;
  }

  get(bytes: Uint8Array, start: number, end: number): T | undefined {
    if (this.#entries === undefined || end - start > maxBlockBytes) return undefined;
    const entry = this.#entries[hashOf(bytes, start, end) & (slots - 1)];
    if (entry === undefined || entry.version !== this.#decoder.version) return undefined;
    const { block } = entry;
    if (block.length !== end - start) return undefined;
    for (let i = 0; i < block.length; i++) if (block[i] !== bytes[start + i]) return undefined;
    return entry.value;
  }

  /**
   * Keeps a block when it comes for the second time in a row, as far as its hash tells; whether it did that.
   * @param versionBefore the decoder's before it decoded the block.
   */
  set(bytes: Uint8Array, start: number, end: number, versionBefore: number, value: T): boolean {
    const { version } = this.#decoder;
    if (version !== versionBefore || end - start > maxBlockBytes) return false;
    // Where every block is another one, most need not be looked at.
    if (++this.#strangers > manyStrangers && this.#strangers % lookEvery !== 0) return false;
    const hash = hashOf(bytes, start, end);
    const slot = hash & (slots - 1);
    this.#seen ??= new Int32Array(slots);
    if (this.#seen[slot] !== hash) {
      this.#seen[slot] = hash;
      return false;
    }
    this.#strangers = 0;
    this.#entries ??= new Array<Entry<T> | undefined>(slots).fill(undefined);
    const block = new Uint8Array(end - start);
    block.set(bytes.subarray(start, end));
    this.#entries[slot] = { block, version, value };
    return true;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  return hash ^ (hash >>> 16);
}
