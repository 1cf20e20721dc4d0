import { ConnectionError, ErrorCode } from "./error-code.js";
import { isNameAt, isValueAt } from "./field.js";
import {
  DynamicTable,
  defaultTableBytes,
  fieldOverhead,
  staticCount,
  staticLengths,
  staticNames,
  staticValues,
} from "./hpack-table.js";
import { decodeHuffman } from "./huffman.js";
import { readLatin1 } from "./latin1.js";

/** What a decoder takes. */
export interface HeaderLimits {
  /** Bytes of a header list, 32 for each field included (RFC 9113, section 6.5.2). */
  readonly listBytes: number;
  /** Bytes of one field, name and value. */
  readonly fieldBytes: number;
}

/** Decoded strings on their way; nothing stays here. */
let scratch: Uint8Array = new Uint8Array(defaultTableBytes);

/** Decodes header blocks (RFC 7541). */
export class HpackDecoder {
  /** Grows whenever the dynamic table changes: equal blocks mean equal fields while it stays the same. */
  version = 0;
  /** What of the last block was past a limit: the name of a field, `""` for the list as a whole; else `undefined`. */
  oversized: string | undefined;
  /**
   * Whether every name and value of the last block is made of the octets that it may be made of (a name may begin with a
   * colon). Found out while literals are read; what comes from the tables was looked at when it came there.
   */
  isWellFormed = true;
  /** Something that is not well-formed went into the table. */
  #isTainted = false;
  readonly #limits: HeaderLimits;
  readonly #table: DynamicTable;
  /** What our SETTINGS allow the peer. */
  #allowed: number;
  #mustShrink = false;
  #bytes: Uint8Array = scratch;
  #at = 0;
  #end = 0;
  /** The length of the string that was read last, whether it was kept or not. */
  #length = 0;

  constructor(limits: HeaderLimits, tableBytes: number = defaultTableBytes) {
    this.#limits = limits;
    this.#allowed = tableBytes;
    this.#table = new DynamicTable(tableBytes);
  }

  /** The peer has acknowledged another SETTINGS_HEADER_TABLE_SIZE; it must say so if that is less than it uses. */
  allow(tableBytes: number): void {
    this.#allowed = tableBytes;
    if (tableBytes < this.#table.maxSize) this.#mustShrink = true;
  }

  /**
   * Decodes a block. What is past the limits is left out and said in `oversized`; the dynamic table is kept up to date.
   * @throws ConnectionError COMPRESSION_ERROR: the tables of both ends are no longer the same.
   */
  decode(bytes: Uint8Array, start: number, end: number): string[] {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.oversized = undefined;
    this.isWellFormed = !this.#isTainted;
    const fields: string[] = [];
    let listBytes = 0;
    this.#updateSizes();
    while (this.#at < end) {
      const first = bytes[this.#at] as number;
      let name: string;
      let value: string;
      let length: number;
      if (first & 0x80) {
        const index = this.#integer(0x7f);
        if (index <= staticCount && index > 0) {
          name = staticNames[index - 1] as string;
          value = staticValues[index - 1] as string;
          length = staticLengths[index - 1] as number;
        } else {
          const dynamic = this.#dynamic(index);
          name = this.#table.name(dynamic);
          value = this.#table.value(dynamic);
          length = this.#table.bytes(dynamic) - fieldOverhead;
        }
      } else if (first >= 0x20 && first < 0x40) {
        throw broken("a size update behind a field");
      } else {
        const indexed = (first & 0x40) !== 0;
        const index = this.#integer(indexed ? 0x3f : 0x0f);
        const keep = this.#keepBytes(indexed);
        name = index === 0 ? canonical(this.#string(keep, isNameAt)) : this.#nameAt(index);
        const nameLength = index === 0 ? this.#length : name.length;
        value = this.#string(keep, isValueAt);
        length = nameLength + this.#length;
        if (indexed) this.#insert(name, value, length);
      }
      listBytes += length + fieldOverhead;
      if (length > this.#limits.fieldBytes) this.oversized ??= name || "a field";
      if (listBytes > this.#limits.listBytes) this.oversized ??= "";
      if (this.oversized === undefined) fields.push(name, value);
    }
    return fields;
  }

  /** Dynamic table size updates, which may only begin a block (RFC 7541, section 4.2). */
  #updateSizes(): void {
    for (let count = 0; this.#at < this.#end; count++) {
      const first = this.#bytes[this.#at] as number;
      if (first < 0x20 || first >= 0x40) break;
      const size = this.#integer(0x1f);
      if (size > this.#allowed) throw broken(`a table of ${size} bytes`);
      if (count === 2) throw broken("a third size update");
      this.#table.resize(size);
      this.#mustShrink = false;
      this.version++;
    }
    if (this.#mustShrink && this.#table.maxSize > this.#allowed) {
      throw broken("a table that did not shrink");
    }
  }

  /** How long a string may be for it to be worth keeping: what the caller or the table takes. */
  #keepBytes(indexed: boolean): number {
    const wanted = this.oversized === undefined ? this.#limits.fieldBytes : 0;
    return indexed ? Math.max(wanted, this.#table.maxSize) : wanted;
  }

  #insert(name: string, value: string, length: number): void {
    this.version++;
    if (!this.isWellFormed) this.#isTainted = true;
    // A string that was not kept is longer than the table is large.
    if (length + fieldOverhead > this.#table.maxSize) this.#table.makeRoom(Infinity);
    else this.#table.insert(name, value, length + fieldOverhead);
  }

  #nameAt(index: number): string {
    if (index <= staticCount && index > 0) return staticNames[index - 1] as string;
    return this.#table.name(this.#dynamic(index));
  }

  #dynamic(index: number): number {
    const dynamic = index - staticCount - 1;
    if (dynamic < 0 || dynamic >= this.#table.count) throw broken(`index ${index}`);
    return dynamic;
  }

  /** An integer whose prefix fills the bits of the mask (RFC 7541, section 5.1). */
  #integer(mask: number): number {
    const bytes = this.#bytes;
    let value = (bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      if (this.#at >= this.#end) throw broken("a cut integer");
      const octet = bytes[this.#at++] as number;
      if (shift > 21) throw broken("an integer that is too large");
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
  }

  /** A string literal (RFC 7541, section 5.2); empty if it is longer than `keep`, which is found out before it is made. */
  #string(keep: number, isGood: typeof isNameAt): string {
    if (this.#at >= this.#end) throw broken("a cut field");
    const isHuffman = ((this.#bytes[this.#at] as number) & 0x80) !== 0;
    const bytes = this.#integer(0x7f);
    const start = this.#at;
    const end = start + bytes;
    if (end > this.#end) throw broken("a cut string");
    this.#at = end;
    if (isHuffman) return this.#huffman(start, end, keep, isGood);
    this.#length = bytes;
    if (bytes > keep) return "";
    if (!isGood(this.#bytes, start, end)) this.isWellFormed = false;
    return readLatin1(this.#bytes, start, end);
  }

  #huffman(start: number, end: number, keep: number, isGood: typeof isNameAt): string {
    const atMost = Math.min(keep, Math.floor(((end - start) * 8) / 5));
    if (scratch.length < atMost + 2) scratch = new Uint8Array(atMost + 2);
    this.#length = decodeHuffman(this.#bytes, start, end, scratch);
    if (this.#length < 0) throw broken("wrong Huffman code");
    if (this.#length > keep) return "";
    if (!isGood(scratch, 0, this.#length)) this.isWellFormed = false;
    return readLatin1(scratch, 0, this.#length);
  }
}

/** The names that came as literals, each in one text: comparing that with a name of ours is comparing two addresses. */
const names = new Map<string, string>();
const mostNames = 1_000;

function canonical(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size >= mostNames) return name;
  // Names of properties are kept in one text each by every engine.
  const [text = name] = Object.keys({ [name]: 0 });
  names.set(text, text);
  return text;
}

function broken(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.compressionError, `a header block has ${what}`);
}
