import type { HpackDecoder } from "./hpack-decoder.js";

/** Blocks that are longer are rarely the same twice. */
const maxBlockBytes = 192;
const slots = 16;

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

  constructor(decoder: HpackDecoder) {
    this.#decoder = decoder;
  }

  get(bytes: Uint8Array, start: number, end: number): T | undefined {
    if (this.#entries === undefined || end - start > maxBlockBytes) return undefined;
    const entry = this.#entries[slotOf(bytes, start, end)];
    if (entry === undefined || entry.version !== this.#decoder.version) return undefined;
    const { block } = entry;
    if (block.length !== end - start) return undefined;
    for (let i = 0; i < block.length; i++) if (block[i] !== bytes[start + i]) return undefined;
    return entry.value;
  }

  /** @param versionBefore the decoder's before it decoded the block. */
  set(bytes: Uint8Array, start: number, end: number, versionBefore: number, value: T): void {
    const { version } = this.#decoder;
    if (version !== versionBefore || end - start > maxBlockBytes) return;
    this.#entries ??= new Array<Entry<T> | undefined>(slots).fill(undefined);
    const block = new Uint8Array(end - start);
    block.set(bytes.subarray(start, end));
    this.#entries[slotOf(bytes, start, end)] = { block, version, value };
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  return (hash ^ (hash >>> 16)) & (slots - 1);
}
