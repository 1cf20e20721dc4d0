/**
 * The part of HPACK that a client's load needs: fields that are inserted into the dynamic table once and are one byte
 * from then on, and fields that change, sent as literals with Huffman coding or inserted each time.
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
const entryOverhead = 32;

/** Huffman codes (RFC 7541, appendix B) of what deadlines and trace ids are made of: bits and length. */
const huffman = new Map(
  [
    ["012aceiost", 0x00, 5],
    [" %-./3456789=A_bdfghlmnpru", 0x14, 6],
    [":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz", 0x5c, 7],
  ].flatMap(([characters, first, length]) =>
    [...characters].map((character, i) => [character, { bits: first + i, length }]),
  ),
);

export class HpackEncoder {
  #table = [];
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

  /** `fields`: `{ name, value, literal }`; a literal one is not inserted. */
  encode(fields) {
    const out = [];
    for (const field of fields) this.#encodeField(field, out);
    return Buffer.from(out);
  }

  #encodeField({ name, value, literal = false }, out) {
    const known = staticFields[`${name}: ${value}`] ?? this.#find(name, value);
    if (known !== undefined) return integer(out, 0x80, 7, known);
    const nameIndex = staticNames[name] ?? this.#find(name) ?? 0;
    if (literal && nameIndex > 0) integer(out, 0x00, 4, nameIndex);
    else integer(out, 0x40, 6, nameIndex);
    if (nameIndex === 0) text(out, name);
    text(out, value);
    // A changing field goes in once, so that its name is known from then on.
    if (!literal || nameIndex === 0) this.#insert(name, value);
  }

  #find(name, value) {
    const at = this.#table.findIndex(
      (entry) => entry.name === name && (value === undefined || entry.value === value),
    );
    return at < 0 ? undefined : 62 + at;
  }

  #insert(name, value) {
    this.#inserted++;
    this.#table.unshift({ name, value });
    this.#size += name.length + value.length + entryOverhead;
    while (this.#size > this.#limit) {
      const gone = this.#table.pop();
      this.#size -= gone.name.length + gone.value.length + entryOverhead;
    }
  }
}

function integer(out, first, bits, value) {
  const most = (1 << bits) - 1;
  if (value < most) {
    out.push(first | value);
    return;
  }
  out.push(first | most);
  let rest = value - most;
  for (; rest > 127; rest >>= 7) out.push((rest & 127) | 128);
  out.push(rest);
}

/** Huffman-coded where every character has a short code, as it is otherwise. */
function text(out, value) {
  let bits = 0;
  for (const character of value) {
    const code = huffman.get(character);
    if (code === undefined) return raw(out, value);
    bits += code.length;
  }
  integer(out, 0x80, 7, (bits + 7) >> 3);
  let held = 0;
  let count = 0;
  for (const character of value) {
    const code = huffman.get(character);
    held = (held << code.length) | code.bits;
    count += code.length;
    for (; count >= 8; count -= 8) out.push((held >> (count - 8)) & 255);
    held &= (1 << count) - 1;
  }
  if (count > 0) out.push(((held << (8 - count)) | ((1 << (8 - count)) - 1)) & 255);
}

function raw(out, value) {
  integer(out, 0x00, 7, value.length);
  for (let i = 0; i < value.length; i++) out.push(value.charCodeAt(i));
}
