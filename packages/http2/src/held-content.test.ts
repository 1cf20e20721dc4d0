import fc from "fast-check";
import { expect, it } from "vitest";
import { HeldContent } from "./held-content.js";

it("gives back what it took, in order, however it is cut and taken", () => {
  const steps = fc.array(fc.oneof(fc.constant("shift"), fc.nat(9_000)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (list) => {
      const held = new HeldContent();
      const taken: Uint8Array[] = [];
      const copies: Uint8Array[] = [];
      const given: Uint8Array[] = [];
      let next = 0;
      const take = () => {
        const piece = held.shift();
        if (piece === undefined) return false;
        taken.push(piece);
        copies.push(piece.slice());
        return true;
      };
      for (const step of list) {
        if (typeof step === "string") take();
        else {
          const bytes = Uint8Array.from({ length: step + 9 }, () => next++);
          held.add(bytes, 4, step + 4, false);
          given.push(bytes.subarray(4, step + 4));
        }
      }
      while (take());
      expect(Buffer.concat(taken).equals(Buffer.concat(given))).toBe(true);
      // What was handed out is not written to.
      expect(taken.every((piece, i) => Buffer.compare(piece, copies[i] as Uint8Array) === 0)).toBe(
        true,
      );
    }),
    { numRuns: 300 },
  );
});

it("keeps small pieces together, and nothing of the buffers that they came in", () => {
  const held = new HeldContent();
  const read = new Uint8Array(65_536);
  for (let i = 0; i < 3_000; i++) held.add(read, i, i + 5, false);
  const buffers = new Set<ArrayBufferLike>();
  let pieces = 0;
  for (let piece = held.shift(); piece !== undefined; piece = held.shift()) {
    buffers.add(piece.buffer);
    pieces++;
  }
  expect(buffers.has(read.buffer)).toBe(false);
  expect(pieces).toBeLessThan(10);
  expect([...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(32_768);
});

it("keeps large pieces where they are, unless that is written to again", () => {
  const held = new HeldContent();
  const read = new Uint8Array(20_000);
  held.add(read, 9, 16_000, false);
  expect(held.shift()?.buffer).toBe(read.buffer);
  held.add(read, 9, 16_000, true);
  expect(held.shift()?.buffer).not.toBe(read.buffer);
});
