import { type FieldList, isFieldName, isFieldValue, trimValue } from "./field.js";
import type { FieldPrefix } from "./field-prefix.js";
import {
  DynamicTable,
  defaultTableBytes,
  fieldOverhead,
  staticCount,
  staticNames,
  staticValues,
} from "./hpack-table.js";
import { encodeHuffman, huffmanLength } from "./huffman.js";
import { writeLatin1 } from "./latin1.js";

/** How a name is treated. */
interface KnownName {
  /** Its index in the static table, 0 if it has none. */
  readonly index: number;
  /** Kept out of every table, on the way too (RFC 7541, section 7.1.3). */
  readonly isSensitive: boolean;
  /** Goes to the table when it is first seen; others when a value comes twice in a row. */
  readonly isEager: boolean;
  /** Static indexes by value. */
  readonly fixed: ReadonlyMap<string, number> | undefined;
  /**
   * Numbers of insertions by value, as soon as there is more than the last one; those that were evicted are older than the
   * table's oldest.
   */
  inserted: Map<string, number> | undefined;
  lastValue: string | undefined;
  lastNumber: number;
}

const sensitive: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
]);
/** A block that has been written, and the version of the table that it was written with. */
interface Block {
  readonly status: number;
  readonly fields: FieldList;
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** Fields of a block that is remembered, at most. Each is a byte of such a block. */
const mostKnown = 8;

/** Fields whose values come again and again. */
const eager: ReadonlySet<string> = new Set([
  ":authority",
  ":path",
  "accept-encoding",
  "connect-accept-encoding",
  "connect-content-encoding",
  "connect-protocol-version",
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-status",
  "te",
  "user-agent",
]);
/** Names that are remembered; applications that make names up do not grow the memory. */
const maxNames = 256;
/** Part of the table that one field may take. */
const largestShare = 0.25;
/** A block may begin with two size updates; each field and string has an index and lengths of at most five bytes. */
const blockOverhead = 12;
const literalOverhead = 15;

const staticIndexes: ReadonlyMap<string, number> = new Map(
  staticNames.map((name, at) => [name, at + 1] as const).reverse(),
);

/**
 * Encodes header blocks (RFC 7541). A field that comes again is indexed into the peer's table, once, and takes one byte
 * from then on; fields that change with each message stay out of it, credentials are never indexed.
 */
export class HpackEncoder {
  readonly #table: DynamicTable<undefined> = new DynamicTable(defaultTableBytes);
  readonly #names = new Map<string, KnownName>();
  /** The blocks that were written last, of heads and of trailers. */
  readonly #blocks: [Block | undefined, Block | undefined] = [undefined, undefined];
  /** Grows whenever the table changes, and with it what blocks look like. */
  #version = 0;
  /** Sizes to announce at the beginning of the next block: the smallest that was in force, and the last. */
  #smallest = -1;

  /** The peer allows another size of its table; more than the default is not used. */
  allow(tableBytes: number): void {
    const size = Math.min(tableBytes, defaultTableBytes);
    if (size === this.#table.maxSize && this.#smallest < 0) return;
    this.#smallest = this.#smallest < 0 ? size : Math.min(this.#smallest, size);
    this.#table.resize(size);
    this.#version++;
  }

  /** Forgets the blocks that were written last. */
  rest(): void {
    this.#blocks[0] = this.#blocks[1] = undefined;
  }

  /** Bytes that a block with the fields can take at most. */
  static bound(fields: FieldList): number {
    let bytes = blockOverhead;
    for (let i = 0; i < fields.length; i++) bytes += (fields[i] as string).length + literalOverhead;
    return bytes;
  }

  /** Encodes a block that is not put out: the peer's table is emptied at the beginning of the next. */
  #restart(): void {
    this.#smallest = 0;
    const size = this.#table.maxSize;
    this.#table.resize(0);
    this.#table.resize(size);
    this.#version++;
  }

  /** The bytes of a block that is made of indices alone, if the last of its kind (heads, trailers) had the same fields. */
  known(status: number, fields: FieldList): Uint8Array | undefined {
    const block = this.#blocks[status === 0 ? 1 : 0];
    if (block === undefined || block.version !== this.#version || block.status !== status) return;
    const { fields: last } = block;
    if (last.length !== fields.length) return undefined;
    for (let i = 0; i < last.length; i++) if (last[i] !== fields[i]) return undefined;
    return block.bytes;
  }

  /**
   * Writes a block; returns where it ends. There must be room for `bound(fields)` bytes, and as many again for a prefix.
   * @param status of a response, 0 for none.
   * @param prefix goes before the fields; not with a status.
   * @throws TypeError for a name or value that cannot be sent.
   */
  encode(
    status: number,
    fields: FieldList,
    buffer: Uint8Array,
    start: number,
    prefix?: FieldPrefix,
  ): number {
    const isPlain = this.#smallest < 0 && prefix === undefined;
    const version = this.#version;
    let at = this.#smallest < 0 ? start : this.#announce(buffer, start);
    try {
      if (prefix !== undefined) at = this.#prefix(prefix, buffer, at);
      if (status !== 0) at = this.#status(status, buffer, at);
      for (let i = 0; i < fields.length; i += 2) {
        at = this.#field(fields[i] as string, fields[i + 1] as string, buffer, at);
      }
    } catch (error) {
      this.#restart();
      throw error;
    }
    const count = fields.length / 2 + (status === 0 ? 0 : 1);
    if (isPlain && version === this.#version && at - start === count && count <= mostKnown) {
      const bytes = buffer.slice(start, at);
      this.#blocks[status === 0 ? 1 : 0] = { status, fields: [...fields], version, bytes };
    }
    return at;
  }

  #prefix(prefix: FieldPrefix, buffer: Uint8Array, start: number): number {
    const { block } = prefix;
    let at = start;
    if (block !== undefined && prefix.version === this.#version) {
      for (let i = 0; i < block.length; i++) buffer[at++] = block[i] as number;
      return at;
    }
    const { fields } = prefix;
    for (let i = 0; i < fields.length; i += 2) {
      at = this.#field(fields[i] as string, fields[i + 1] as string, buffer, at);
    }
    // What is literal the first time may be indexed the second time, so the second one counts.
    const isSettled = prefix.version === this.#version;
    prefix.block = isSettled ? buffer.slice(start, at) : undefined;
    prefix.version = this.#version;
    return at;
  }

  #announce(buffer: Uint8Array, start: number): number {
    let at = start;
    if (this.#smallest < this.#table.maxSize)
      at = writeInteger(buffer, at, 0x20, 0x1f, this.#smallest);
    this.#smallest = -1;
    return writeInteger(buffer, at, 0x20, 0x1f, this.#table.maxSize);
  }

  #status(status: number, buffer: Uint8Array, at: number): number {
    if (status === 200) {
      buffer[at] = 0x88;
      return at + 1;
    }
    return this.#field(":status", String(status), buffer, at);
  }

  #field(name: string, value: string, buffer: Uint8Array, at: number): number {
    const known = this.#names.get(name) ?? this.#learn(name);
    if (value === known.lastValue && this.#isThere(known.lastNumber)) {
      return this.#indexed(known.lastNumber, buffer, at);
    }
    const fixed = known.fixed?.get(value);
    if (fixed !== undefined) return writeInteger(buffer, at, 0x80, 0x7f, fixed);
    const number = known.inserted?.get(value);
    if (number !== undefined && this.#isThere(number)) {
      this.#remember(known);
      known.lastValue = value;
      known.lastNumber = number;
      return this.#indexed(number, buffer, at);
    }
    return this.#literal(name, trimValue(value), known, buffer, at);
  }

  /** Whether an insertion has not been evicted. */
  #isThere(number: number): boolean {
    return number >= this.#table.inserted - this.#table.count;
  }

  #indexed(number: number, buffer: Uint8Array, at: number): number {
    const index = staticCount + this.#table.inserted - number;
    if (index >= 0x7f) return writeInteger(buffer, at, 0x80, 0x7f, index);
    buffer[at] = 0x80 | index;
    return at + 1;
  }

  #learn(name: string): KnownName {
    const index = staticIndexes.get(name) ?? 0;
    if (index === 0 && !isFieldName(name))
      throw new TypeError(`${JSON.stringify(name)} is no field name`);
    const isRemembered = this.#names.size < maxNames;
    const known: KnownName = {
      index,
      isSensitive: sensitive.has(name),
      isEager: isRemembered && eager.has(name),
      fixed: fixedValues(name),
      inserted: undefined,
      lastValue: undefined,
      lastNumber: -1,
    };
    if (isRemembered) this.#names.set(name, known);
    return known;
  }

  #literal(name: string, value: string, known: KnownName, buffer: Uint8Array, at: number): number {
    if (!isFieldValue(value)) throw new TypeError(`the value of ${name} cannot be sent`);
    if (known.isSensitive) return writeLiteral(buffer, at, 0x10, 0x0f, known.index, name, value);
    if (!this.#isWorthIt(name, value, known)) {
      this.#remember(known);
      known.lastValue = value;
      known.lastNumber = -1;
      return writeLiteral(buffer, at, 0x00, 0x0f, known.index, name, value);
    }
    const number = this.#table.inserted;
    this.#table.insert(undefined, name.length + value.length + fieldOverhead);
    this.#version++;
    this.#remember(known);
    known.lastValue = value;
    known.lastNumber = number;
    return writeIndexedLiteral(buffer, at, known.index, name, value);
  }

  #isWorthIt(name: string, value: string, known: KnownName): boolean {
    const bytes = name.length + value.length + fieldOverhead;
    if (bytes > this.#table.maxSize * largestShare) return false;
    if (value === known.lastValue) return true;
    return known.isEager && !(name === ":path" && value.includes("?"));
  }

  /** Keeps the number of the last value, which is about to have a successor. */
  #remember(known: KnownName): void {
    if (known.lastValue === undefined || !this.#isThere(known.lastNumber)) return;
    known.inserted ??= new Map();
    known.inserted.set(known.lastValue, known.lastNumber);
    if (known.inserted.size <= this.#table.count) return;
    for (const [value, number] of known.inserted) {
      if (!this.#isThere(number)) known.inserted.delete(value);
    }
  }
}

function fixedValues(name: string): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  for (let at = 0; at < staticCount; at++) {
    if (staticNames[at] === name && staticValues[at] !== "") {
      found.set(staticValues[at] as string, at + 1);
    }
  }
  return found.size > 0 ? found : undefined;
}

/** A literal that the peer adds to its table: sent once, so it is worth making small. */
function writeIndexedLiteral(
  buffer: Uint8Array,
  start: number,
  index: number,
  name: string,
  value: string,
): number {
  let at = writeInteger(buffer, start, 0x40, 0x3f, index);
  if (index === 0) at = writeShortString(buffer, at, name);
  return writeShortString(buffer, at, value);
}

function writeLiteral(
  buffer: Uint8Array,
  start: number,
  kind: number,
  mask: number,
  index: number,
  name: string,
  value: string,
): number {
  let at = writeInteger(buffer, start, kind, mask, index);
  if (index === 0) at = writeString(buffer, at, name);
  return writeString(buffer, at, value);
}

function writeString(buffer: Uint8Array, start: number, text: string): number {
  return writeLatin1(text, buffer, writeInteger(buffer, start, 0, 0x7f, text.length));
}

/** With Huffman's code where that is shorter. */
function writeShortString(buffer: Uint8Array, start: number, text: string): number {
  const bytes = huffmanLength(text);
  if (bytes >= text.length) return writeString(buffer, start, text);
  return encodeHuffman(text, buffer, writeInteger(buffer, start, 0x80, 0x7f, bytes));
}

/** An integer whose prefix fills the bits of the mask (RFC 7541, section 5.1). */
function writeInteger(
  buffer: Uint8Array,
  start: number,
  kind: number,
  mask: number,
  value: number,
): number {
  let at = start;
  if (value < mask) {
    buffer[at++] = kind | value;
    return at;
  }
  buffer[at++] = kind | mask;
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) buffer[at++] = (rest & 0x7f) | 0x80;
  buffer[at++] = rest;
  return at;
}
