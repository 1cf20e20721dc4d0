import { isValueOctet } from "./field.js";

/**
 * The Huffman code of RFC 7541, Appendix B. It is canonical: the lengths of the codes say all there is to know.
 * Decoding goes through tables, an octet a step.
 */

/** The length of each symbol's code in bits; the last is the end-of-string symbol. */
// biome-ignore format: a table
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const endOfString = 256;

/** The code of each symbol, right-aligned. */
const codes: Uint32Array = canonicalCodes();

function canonicalCodes(): Uint32Array {
  const found = new Uint32Array(codeLengths.length);
  const order = codeLengths.map((_, symbol) => symbol);
  order.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  let code = 0;
  let length = lengthOf(order[0] as number);
  for (const symbol of order) {
    code <<= lengthOf(symbol) - length;
    length = lengthOf(symbol);
    found[symbol] = code++;
  }
  return found;
}

function lengthOf(symbol: number): number {
  return codeLengths[symbol] as number;
}

/**
 * A step of the decoder takes an octet: two symbols at most in the lower bits, their number, whether one of them is no octet
 * of a field value, and the next state, where the place of the next step wants it. States are the inner nodes of the tree.
 */
const secondShift = 8;
const countShift = 16;
const foreign = 1 << 18;
const stateShift = 24;
const placeShift = stateShift - 8;
const stateMask = 0xff00;

/** States in which a string may end: at most seven bits of padding, all ones. */
const accepts: Uint8Array = new Uint8Array(256);
const tree: readonly [number, number][] = buildTree();
/** `steps[state << 8 | octet]`, 0 where it has not been needed yet, or is wrong. Text in ASCII needs few. */
const steps: Int32Array = new Int32Array(tree.length << 8);
findAccepting();

function findAccepting(): void {
  accepts[0] = 1;
  for (let bits = 0, state = 0; bits < 7; bits++) {
    state = (tree[state] as [number, number])[1];
    accepts[state] = 1;
  }
}

/** Inner nodes with their two branches: another inner node, or a symbol as -1 - symbol. */
function buildTree(): [number, number][] {
  const tree: [number, number][] = [[0, 0]];
  for (let symbol = 0; symbol < codeLengths.length; symbol++) {
    let node = 0;
    for (let bit = lengthOf(symbol) - 1; bit > 0; bit--) {
      const branches = tree[node] as [number, number];
      const way = ((codes[symbol] as number) >>> bit) & 1;
      if (branches[way] === 0) branches[way] = tree.push([0, 0]) - 1;
      node = branches[way] as number;
    }
    (tree[node] as [number, number])[(codes[symbol] as number) & 1] = -1 - symbol;
  }
  return tree;
}

/** Finds a step; 0 if it is wrong. No other is 0: an octet ends a symbol, or leads away from the first state. */
function findStep(place: number): number {
  const octet = place & 0xff;
  let node = place >> 8;
  let symbols = 0;
  let count = 0;
  let flags = 0;
  for (let bit = 7; bit >= 0; bit--) {
    const next = (tree[node] as [number, number])[(octet >> bit) & 1] as number;
    node = next;
    if (next >= 0) continue;
    const symbol = -1 - next;
    if (symbol === endOfString) return 0;
    if (!isValueOctet(symbol)) flags = foreign;
    symbols |= symbol << (secondShift * count++);
    node = 0;
  }
  const found = flags | (node << stateShift) | (count << countShift) | symbols;
  steps[place] = found;
  return found;
}

/** What {@link decodeHuffman} returns for wrong code. */
export const wrongCode = -1;

/**
 * Decodes `bytes[start, end)` into a buffer, from `at` on. Returns the length of the decoded string; its complement (`~`)
 * if there is an octet in it that no field value may have; {@link wrongCode} for an end-of-string symbol and for wrong
 * padding. What is beyond the buffer's length is counted, and not kept. Up to two octets behind the string may be
 * overwritten.
 */
export function decodeHuffman(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at = 0,
): number {
  let state = 0;
  let seen = 0;
  let to = at;
  for (let from = start; from < end; from++) {
    const place = state | (bytes[from] as number);
    let found = steps[place] as number;
    if (found === 0) {
      found = findStep(place);
      if (found === 0) return wrongCode;
    }
    // The first symbol takes one bit at least, and no code is shorter than five: there are two at most.
    into[to] = found;
    into[to + 1] = found >> secondShift;
    to += (found >> countShift) & 3;
    seen |= found;
    state = (found >>> placeShift) & stateMask;
  }
  if (accepts[state >> 8] !== 1) return wrongCode;
  return (seen & foreign) === 0 ? to - at : ~(to - at);
}

/** Bytes that a string of octets takes when it is encoded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += codeLengths[text.charCodeAt(i)] as number;
  return (bits + 7) >>> 3;
}

/** Encodes a string of octets; returns where it ends. */
export function encodeHuffman(text: string, buffer: Uint8Array, at: number): number {
  let end = at;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i);
    let left = lengthOf(symbol);
    const code = codes[symbol] as number;
    while (left > 0) {
      const taken = Math.min(left, 8 - bits);
      pending = (pending << taken) | ((code >>> (left - taken)) & ((1 << taken) - 1));
      bits += taken;
      left -= taken;
      if (bits < 8) continue;
      buffer[end++] = pending;
      pending = 0;
      bits = 0;
    }
  }
  if (bits > 0) buffer[end++] = (pending << (8 - bits)) | (0xff >>> bits);
  return end;
}
