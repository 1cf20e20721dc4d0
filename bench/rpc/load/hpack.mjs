/**
 * The part of HPACK that a client's load needs: fields that are inserted into the dynamic table once and are one byte
 * from then on, and fields that change, sent as literals with Huffman coding or inserted each time. It takes little of
 * its core, so that the servers are what is at its limit.
 */

const staticNames = {
  ":authority": 1,
  ":method": 2,
  ":path": 4,
  ":scheme": 6,
  "content-type": 31,
  "user-agent": 58,
};
const staticFields = { ":method: POST": 3, ":scheme: http": 6, ":scheme: https": 7 };
const staticCount = 61;

const entryOverhead = 32;

/** Huffman codes (RFC 7541, appendix B) of what deadlines and trace ids are made of, by character: bits and length. */
const codes = new Uint8Array(128);
const lengths = new Uint8Array(128);
for (const [characters, first, length] of [
  ["012aceiost", 0x00, 5],
  [" %-./3456789=A_bdfghlmnpru", 0x14, 6],
  [":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz", 0x5c, 7],
]) {
  for (let i = 0; i < characters.length; i++) {
    codes[characters.charCodeAt(i)] = first + i;
    lengths[characters.charCodeAt(i)] = length;
  }
}

export class HpackEncoder {
  /** By name: the newest entry, and the newest one by value, as their numbers since the beginning. */
  #names = new Map();
  /** The entries by their numbers, modulo its length: what is known of the name, and the value. */
  #table = new Array(1024);
  #oldest = 0;
  #size = 0;
  #inserted = 0;
  #limit;

  constructor(limit = 4096) {
    this.#limit = limit;
  }

  /** Changes whenever a block that was made before no longer means the same. */
  get version() {
    return this.#inserted;
  }

  /** Writes `fields`, `{ name, value, literal }`, into `out` from `at` on; a literal one is not inserted. Returns the end. */
  encode(fields, out, at) {
    let end = at;
    for (const { name, value, literal } of fields)
      end = this.#encodeField(this.#learn(name), value, literal, out, end);
    return end;
  }

  #learn(name) {
    let known = this.#names.get(name);
    if (known === undefined) {
      known = { name, number: -1, values: new Map() };
      this.#names.set(name, known);
    }
    return known;
  }

  #encodeField(known, value, literal, out, at) {
    const number = known.values.get(value);
    const index = number === undefined ? staticField(known.name, value) : this.#indexOf(number);
    if (index !== undefined) return integer(out, at, 0x80, 7, index);
    const nameIndex = staticNames[known.name] ?? this.#indexOf(known.number) ?? 0;
    const isLiteral = literal === true && nameIndex > 0;
    let end = isLiteral
      ? integer(out, at, 0x00, 4, nameIndex)
      : integer(out, at, 0x40, 6, nameIndex);
    if (nameIndex === 0) end = text(out, end, known.name);
    end = text(out, end, value);
    // A changing field goes in once, so that its name is known from then on.
    if (!isLiteral) this.#insert(known, value);
    return end;
  }

  #indexOf(number) {
    return number < this.#oldest ? undefined : staticCount + this.#inserted - number;
  }

  #insert(known, value) {
    const number = this.#inserted++;
    known.number = number;
    known.values.set(value, number);
    this.#table[number % this.#table.length] = { known, value };
    this.#size += entrySize(known, value);
    while (this.#size > this.#limit) this.#evict();
  }

  #evict() {
    const number = this.#oldest++;
    const { known, value } = this.#table[number % this.#table.length];
    this.#size -= entrySize(known, value);
    if (known.values.get(value) === number) known.values.delete(value);
  }
}

function staticField(name, value) {
  return name.startsWith(":") ? staticFields[`${name}: ${value}`] : undefined;
}

function entrySize({ name }, value) {
  return name.length + value.length + entryOverhead;
}

function integer(out, at, first, bits, value) {
  const most = (1 << bits) - 1;
  if (value < most) {
    out[at] = first | value;
    return at + 1;
  }
  let end = at;
  out[end++] = first | most;
  let rest = value - most;
  for (; rest > 127; rest >>= 7) out[end++] = (rest & 127) | 128;
  out[end++] = rest;
  return end;
}

/** Huffman-coded where every character has a short code, as it is otherwise. */
function text(out, at, value) {
  let bits = 0;
  for (let i = 0; i < value.length; i++) {
    const length = lengths[value.charCodeAt(i) & 127];
    if (length === 0 || value.charCodeAt(i) > 127) return raw(out, at, value);
    bits += length;
  }
  let end = integer(out, at, 0x80, 7, (bits + 7) >> 3);
  let held = 0;
  let count = 0;
  for (let i = 0; i < value.length; i++) {
    const character = value.charCodeAt(i);
    held = (held << lengths[character]) | codes[character];
    count += lengths[character];
    if (count < 8) continue;
    count -= 8;
    out[end++] = held >> count;
    held &= (1 << count) - 1;
  }
  if (count > 0) out[end++] = (held << (8 - count)) | ((1 << (8 - count)) - 1);
  return end;
}

function raw(out, at, value) {
  let end = integer(out, at, 0x00, 7, value.length);
  for (let i = 0; i < value.length; i++) out[end++] = value.charCodeAt(i);
  return end;
}
