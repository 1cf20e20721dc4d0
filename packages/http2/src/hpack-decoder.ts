import { DecodedField, staticFields } from "./decoded-field.js";
import { ConnectionError, ErrorCode } from "./error-code.js";
import { type FieldList, hasCleanEnds, isNameAt, isValueAt } from "./field.js";
import { FieldNames } from "./field-name.js";
import { DynamicTable, defaultTableBytes, fieldOverhead, staticCount } from "./hpack-table.js";
import { decodeHuffman, wrongCode } from "./huffman.js";
import { readLatin1 } from "./latin1.js";
import { OctetStore } from "./octet-store.js";

/** What a decoder takes. */
export interface HeaderLimits {
  /** Bytes of a header list, 32 for each field included (RFC 9113, section 6.5.2). */
  readonly listBytes: number;
  /** Bytes of one field, name and value. */
  readonly fieldBytes: number;
}

/** Decoded names on their way; nothing stays here. */
const names: OctetStore = new OctetStore(defaultTableBytes);
/** Values that go to no table, of all connections: they live as long as what was decoded. */
const passing: OctetStore = new OctetStore(16_384);
/** A connection's table holds the last values of its store, and so keeps few of such pieces. */
const pieceBytes = 4_096;
/** The first fields of a connection are those that it goes on with: their values are texts at once. */
const firstFields = 16;

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
  /** What the last block takes of a limit on header lists. */
  listBytes = 0;
  /** Something that is not well-formed went into the table. */
  #isTainted = false;
  readonly #limits: HeaderLimits;
  readonly #table: DynamicTable<DecodedField>;
  readonly #names: FieldNames = new FieldNames();
  /** Values that go to the table, once there are many. */
  #store: OctetStore | undefined;
  /** What our SETTINGS allow the peer. */
  #allowed: number;
  #mustShrink = false;
  #bytes: Uint8Array = names.bytes;
  #at = 0;
  #end = 0;
  /** The length of the string that was read last, whether it was kept or not. */
  #length = 0;
  /** Whether it came in Huffman code, and then whether it has an octet that no value may have. */
  #wasCoded = false;
  #isForeign = false;

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
   * Nothing that is returned, or kept, refers to the bytes.
   * @throws ConnectionError COMPRESSION_ERROR: the tables of both ends are no longer the same.
   */
  decode(bytes: Uint8Array, start: number, end: number): FieldList {
    return textsOf(this.read(bytes, start, end));
  }

  /** As `decode`, without texts of what nobody may ask for. */
  read(bytes: Uint8Array, start: number, end: number): DecodedField[] {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.oversized = undefined;
    this.isWellFormed = !this.#isTainted;
    const fields: DecodedField[] = [];
    const { listBytes: most } = this.#limits;
    const largest = this.#limits.fieldBytes + fieldOverhead;
    let size = 0;
    this.#updateSizes();
    while (this.#at < end) {
      const first = bytes[this.#at] as number;
      let field: DecodedField;
      if (first < 0x80) field = this.#literal(first);
      else if (first === 0xff) field = this.#fieldAt(this.#integer(0x7f));
      else {
        this.#at++;
        field = this.#fieldAt(first & 0x7f);
      }
      size += field.size;
      if (field.size > largest) this.oversized ??= field.name || "a field";
      if (size > most) this.oversized ??= "";
      if (this.oversized === undefined) fields.push(field);
    }
    this.listBytes = size;
    // Not to keep what was read.
    this.#bytes = names.bytes;
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

  #literal(first: number): DecodedField {
    if (first >= 0x20 && first < 0x40) throw broken("a size update behind a field");
    const isIndexed = (first & 0x40) !== 0;
    const index = this.#integer(isIndexed ? 0x3f : 0x0f);
    const keep = this.#keepBytes(isIndexed);
    const name = index === 0 ? this.#name(keep) : this.#fieldAt(index).name;
    const nameLength = index === 0 ? this.#length : name.length;
    if (!isIndexed) return this.#value(name, nameLength, keep, passing);
    if (this.#table.inserted >= firstFields) this.#store ??= new OctetStore(pieceBytes);
    const field = this.#value(name, nameLength, keep, this.#store ?? names);
    this.#insert(field);
    return field;
  }

  #insert(field: DecodedField): void {
    this.version++;
    if (!this.isWellFormed) this.#isTainted = true;
    // A string that was not kept is longer than the table is large.
    if (field.size > this.#table.maxSize) this.#table.makeRoom(Infinity);
    else this.#table.insert(field, field.size);
  }

  #fieldAt(index: number): DecodedField {
    if (index <= staticCount && index > 0) return staticFields[index - 1] as DecodedField;
    const dynamic = index - staticCount - 1;
    if (dynamic < 0 || dynamic >= this.#table.count) throw broken(`index ${index}`);
    return this.#table.entry(dynamic);
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

  #name(keep: number): string {
    const start = names.used;
    const length = this.#string(keep, names);
    if (length < 0) return "";
    if (!isNameAt(names.bytes, start, start + length)) this.isWellFormed = false;
    return this.#names.intern(readLatin1(names.bytes, start, start + length));
  }

  #value(name: string, nameLength: number, keep: number, store: OctetStore): DecodedField {
    const length = this.#string(keep, store);
    const octets = nameLength + this.#length;
    if (length < 0) return new DecodedField(name, octets, "");
    const { bytes, used: start } = store;
    const end = start + length;
    const isGood = this.#wasCoded
      ? !this.#isForeign && hasCleanEnds(bytes, start, end)
      : isValueAt(bytes, start, end);
    if (!isGood) this.isWellFormed = false;
    if (store === names) return new DecodedField(name, octets, readLatin1(bytes, start, end));
    store.used = end;
    return new DecodedField(name, octets, undefined, bytes, start, end);
  }

  /**
   * Reads a string literal (RFC 7541, section 5.2) to where the store's next octets go. Returns its length; -1 if that is
   * more than `keep`, which is found out before there is memory for it.
   */
  #string(keep: number, store: OctetStore): number {
    if (this.#at >= this.#end) throw broken("a cut field");
    const isHuffman = ((this.#bytes[this.#at] as number) & 0x80) !== 0;
    const bytes = this.#integer(0x7f);
    const start = this.#at;
    const end = start + bytes;
    if (end > this.#end) throw broken("a cut string");
    this.#at = end;
    this.#length = bytes;
    this.#wasCoded = isHuffman;
    if (isHuffman) {
      // No code is shorter than five bits, and two octets behind a string may be overwritten.
      store.reserve(Math.min(keep, Math.floor((bytes * 8) / 5)) + 2);
      const length = decodeHuffman(this.#bytes, start, end, store.bytes, store.used);
      if (length === wrongCode) throw broken("wrong Huffman code");
      this.#isForeign = length < 0;
      this.#length = length < 0 ? ~length : length;
    } else if (bytes <= keep) {
      store.reserve(bytes);
      copyOctets(this.#bytes, start, end, store.bytes, store.used);
    }
    return this.#length > keep ? -1 : this.#length;
  }
}

/** Fields as names and values in turn. */
export function textsOf(fields: readonly DecodedField[]): FieldList {
  const texts = new Array<string>(2 * fields.length);
  for (let at = 0; at < fields.length; at++) {
    const { name, value } = fields[at] as DecodedField;
    texts[2 * at] = name;
    texts[2 * at + 1] = value;
  }
  return texts;
}

function copyOctets(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): void {
  for (let from = start, to = at; from < end; from++, to++) into[to] = bytes[from] as number;
}

function broken(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.compressionError, `a header block has ${what}`);
}
