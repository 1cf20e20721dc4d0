import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everything } from "../fixtures/arbitrary.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as ops2 from "../fixtures/gen/test/ops2.pb.js";
import * as typed from "../fixtures/gen/test/typed.pb.js";
import * as wire from "../fixtures/gen/test/wire.pb.js";
import { type Random, random, randomInit } from "../fixtures/random.js";
import { equals } from "../message/equals.js";
import type { MessageType } from "../message/message-type.js";
import { createRegistry } from "../reflect/index.js";
import { fromText, TextError, toText } from "./index.js";

const registry = createRegistry(ops, ops2, typed, wire);
const styles = [{}, { singleLine: true }, { indent: 0 }, { unknownFields: true }];
const types: readonly MessageType[] = [
  ops.Everything,
  ops.Secret,
  ops2.Plain,
  wire.Scalars,
  wire.Lists,
  wire.Maps,
  wire.Closings,
  wire.Tree,
  wire.Rooms,
  typed.Arrays,
];

function message(r: Random): readonly [MessageType, unknown] {
  const type = types[r(types.length)]!;
  return [type, type.create(randomInit(r, type.desc, 2))];
}

describe("fromText(toText(message))", () => {
  test("equals the message, for random messages of every fixture type", () => {
    const r = random(4);
    for (let i = 0; i < 300; i++) {
      const [type, value] = message(r);
      const text = toText(type, value, { registry, ...styles[i % styles.length] });
      const back = fromText(type, text, { registry });
      if (!equals(type, value, back)) expect(back).toEqual(value);
      expect(type.encode(back, { deterministic: true })).toEqual(
        type.encode(value, { deterministic: true }),
      );
    }
  });

  test("equals the message, for arbitrary strings, numbers and bytes", () => {
    fc.assert(
      fc.property(everything(), (init) => {
        const value = ops.Everything.create(init);
        expect(
          equals(ops.Everything, value, fromText(ops.Everything, toText(ops.Everything, value))),
        ).toBe(true);
      }),
      { seed: 4, numRuns: 200 },
    );
  });
});

describe("hostile text", () => {
  /** A piece taken out, doubled, or replaced. */
  function mutated(r: Random, text: string): string {
    const a = r(text.length + 1);
    const b = Math.min(text.length, a + r(8));
    const pieces = [
      "",
      text.slice(a, b).repeat(2),
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\",
      "-",
      "0x",
      ":",
      "\u0000",
      "\ud800",
      "9".repeat(30),
      "#",
      "nan",
    ];
    return text.slice(0, a) + pieces[r(pieces.length)]! + text.slice(b);
  }

  test("is read or refused with a place in the text, never anything else", () => {
    const r = random(5);
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 2000; i++) {
      const [type, value] = message(r);
      let text = toText(type, value, { registry, ...styles[i % 2] });
      for (let n = r(3); n >= 0; n--) text = mutated(r, text);
      try {
        const back = fromText(type, text, { registry, ignoreUnknown: r(2) === 0 });
        expect(
          equals(type, back, fromText(type, toText(type, back, { registry }), { registry })),
        ).toBe(true);
        counts.read++;
      } catch (error) {
        if (!(error instanceof TextError)) throw error;
        const lines = text.split("\n");
        expect(error.line).toBeGreaterThan(0);
        expect(error.line).toBeLessThanOrEqual(lines.length);
        expect(error.column).toBeGreaterThan(0);
        expect(error.column).toBeLessThanOrEqual(lines[error.line - 1]!.length + 1);
        counts.refused++;
      }
    }
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(200);
  });
});
