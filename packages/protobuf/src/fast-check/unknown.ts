import * as fc from "fast-check";
import type { DescMessage } from "../descriptor/model.js";

function varint(n: bigint): number[] {
  const out: number[] = [];
  for (; n > 127n; n >>= 7n) out.push(Number(n & 127n) | 128);
  return [...out, Number(n)];
}

const data = fc.uint8Array({ maxLength: 8 });

/** Whole fields of numbers that neither fields nor extensions of the message have. */
export function unknownField(desc: DescMessage): fc.Arbitrary<Uint8Array> {
  const taken = (number: number): boolean =>
    desc.fieldByNumber(number) !== undefined ||
    desc.extensionRanges.some(([start, end]) => number >= start && number < end) ||
    (number >= 19000 && number <= 19999);
  const number = fc
    .oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 536_870_911 }))
    .filter((candidate) => !taken(candidate));
  const value = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => [0, varint(n)] as const),
    fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => [1, [...bytes]] as const),
    data.map((bytes) => [2, [bytes.length, ...bytes]] as const),
    fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => [5, [...bytes]] as const),
  );
  return fc
    .tuple(number, value)
    .map(([n, [wireType, body]]) =>
      Uint8Array.from([...varint(BigInt(n) * 8n + BigInt(wireType)), ...body]),
    );
}
