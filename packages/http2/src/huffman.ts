/**
 * The Huffman code of RFC 7541, Appendix B. It is canonical: the lengths of the codes say all there is to know.
 * Decoding goes through a table, four bits a step.
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

/** Bits of a step of the decoder: a symbol, whether there is one, and the next state behind them. */
const emits = 0x100;
const stateShift = 9;
const fails = -1;

/** `steps[state << 4 | nibble]`; a state is an inner node of the tree. */
const steps: Int32Array = new Int32Array(256 << 4);
/** States in which a string may end: at most seven bits of padding, all ones. */
const accepts: Uint8Array = new Uint8Array(256);
buildSteps();

function buildSteps(): void {
  const tree = buildTree();
  const inner = tree.length;
  for (let state = 0; state < inner; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      steps[(state << 4) | nibble] = step(tree, state, nibble);
    }
  }
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

function step(tree: readonly [number, number][], state: number, nibble: number): number {
  let node = state;
  let symbol = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = (tree[node] as [number, number])[(nibble >> bit) & 1] as number;
    node = next;
    if (next >= 0) continue;
    if (-1 - next === endOfString) return fails;
    symbol = emits | (-1 - next);
    node = 0;
  }
  return (node << stateShift) | symbol;
}

/**
 * Decodes `bytes[start, end)` into a buffer. Returns the length of the decoded string, or -1 if the code is wrong (an
 * end-of-string symbol, or wrong padding). What is beyond the buffer's length is counted, and not kept.
 */
export function decodeHuffman(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
): number {
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    const high = steps[(state << 4) | (byte >> 4)] as number;
    if (high < 0) return -1;
    if (high & emits) into[length++] = high;
    const low = steps[((high >> stateShift) << 4) | (byte & 15)] as number;
    if (low < 0) return -1;
    if (low & emits) into[length++] = low;
    state = low >> stateShift;
  }
  return accepts[state] === 1 ? length : -1;
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
