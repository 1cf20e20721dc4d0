import fc from "fast-check";
import { expect, it } from "vitest";
import { Pieces } from "./pieces.js";

it("gives back what it took, whatever the pieces", () => {
  const piece = fc.record({
    length: fc.oneof(fc.nat(40), fc.constantFrom(0, 511, 512, 4095, 4096, 16_383, 16_384, 70_000)),
    before: fc.constantFrom(0, 1, 200_000),
  });
  const guess = fc.constantFrom<[number, number]>([0, 0], [1, 0], [1, 1], [1, -1], [3, 0]);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), guess, (list, [factor, more]) => {
      const total = list.reduce((sum, { length }) => sum + length, 0);
      const pieces = new Pieces(Math.max(total * factor + more, 0));
      const wanted: number[] = [];
      let next = 0;
      for (const { length, before } of list) {
        const buffer = new Uint8Array(before + length + 3);
        for (let i = before; i < before + length; i++) wanted.push((buffer[i] = next++ % 251));
        pieces.add(buffer, before, before + length);
      }
      const whole = pieces.join();
      expect(whole.length).toBe(wanted.length);
      expect(whole.findIndex((byte, at) => byte !== wanted[at])).toBe(-1);
    }),
    { numRuns: 200 },
  );
});

it("takes memory for the whole of what is expected once half of it has come", () => {
  const buffer = new Uint8Array(65_536);
  const few = new Pieces(4_000_000);
  few.add(buffer, 0, 10);
  expect(few.join().buffer.byteLength).toBeLessThan(1_000);
  const most = new Pieces(22_000);
  most.add(buffer, 0, 16_384);
  most.add(buffer, 16_384, 22_000);
  expect(most.join().buffer.byteLength).toBe(22_000);
});

it("does not keep a large buffer for a small piece of it", () => {
  const pieces = new Pieces();
  const buffer = new Uint8Array(65_536);
  pieces.add(buffer, 0, 5_000);
  expect(pieces.join().buffer).not.toBe(buffer.buffer);
});

it("keeps a large piece in place", () => {
  const pieces = new Pieces();
  const buffer = new Uint8Array(20_000);
  pieces.add(buffer, 0, 16_384);
  expect(pieces.join().buffer).toBe(buffer.buffer);
});
