import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { everything } from "../fixtures/arbitrary.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as typed from "../fixtures/gen/test/typed.pb.js";
import * as wire from "../fixtures/gen/test/wire.pb.js";
import { random, randomInit } from "../fixtures/random.js";
import { toJson } from "../json/index.js";
import { equals } from "../message/equals.js";
import type { MessageType } from "../message/message-type.js";
import { createRegistry } from "../reflect/index.js";
import { Any, anyPack, StringValue, Value } from "../wkt/index.js";
import { fromYaml, toYaml, YamlError } from "./index.js";

const { Everything, Secret } = ops;

describe("toYaml", () => {
  test("writes the ProtoJSON of a message", () => {
    const message = {
      name: "Ada",
      big: 2n ** 60n,
      data: Uint8Array.of(1),
      color: 1,
      inner: { tags: ["a", "b"] },
      counts: { x: 1 },
      attributes: { a: [1, null], b: {} },
      numbers: [],
    };
    expect(toYaml(Everything, message)).toBe(`name: Ada
big: "1152921504606846976"
data: AQ==
color: COLOR_RED
inner:
  tags:
    - a
    - b
counts:
  x: 1
attributes:
  a:
    - 1
    - null
  b: {}
`);
    expect(toYaml(Everything, { inner: { tags: ["a"] } }, { indent: 4 })).toBe(
      "inner:\n    tags:\n        - a\n",
    );
    expect(toYaml(Everything, {})).toBe("{}\n");
    expect(toYaml(StringValue, { value: "no" })).toBe('"no"\n');
  });

  test("puts strings in quotes that some reader of YAML would take for something else", () => {
    for (const text of [
      "1",
      "1.5",
      "true",
      "null",
      "~",
      "yes",
      "No",
      "on",
      "0x10",
      "1_000",
      "12:30:45",
      "2024-01-01",
      ".inf",
      "0o7",
      "",
      " x",
      "- a",
      "a: b",
      "#",
      "<<",
      "*a",
      "&a",
      "!a",
      "@",
      "%",
      "1e3",
    ]) {
      const yaml = toYaml(Value, { kind: { case: "stringValue", value: text } });
      for (const version of ["1.1", "1.2"] as const)
        expect(parse(yaml, { version }), text).toBe(text);
    }
  });

  test("takes the options of JSON, and refuses an indent that is none", () => {
    const registry = createRegistry(Everything);
    expect(toYaml(Any, anyPack(Everything, { count: 1 }), { registry })).toBe(
      '"@type": type.googleapis.com/test.ops.Everything\ncount: 1\n',
    );
    expect(toYaml(Secret, { user: "u", password: "p" }, { redact: true })).toBe("user: u\n");
    expect(toYaml(Everything, { numberBig: 5 }, { protoNames: true })).toBe('number_big: "5"\n');
    for (const indent of [0, 11, Number.NaN])
      expect(() => toYaml(Everything, {}, { indent })).toThrow("options.indent");
    expect(() => toYaml(Value, {})).toThrow("JSON of google.protobuf.Value");
  });
});

describe("fromYaml(toYaml(message))", () => {
  const types: readonly MessageType[] = [
    Everything,
    Secret,
    wire.Scalars,
    wire.Lists,
    wire.Maps,
    wire.Tree,
    wire.Rooms,
    typed.Arrays,
  ];

  /** A Value holds finite numbers only. */
  const hasJson = (type: MessageType, value: unknown): boolean => {
    try {
      toJson(type, value);
      return true;
    } catch {
      return false;
    }
  };

  test("equals the message, for random messages of the fixture types", () => {
    const r = random(6);
    let count = 0;
    for (let i = 0; i < 300; i++) {
      const type = types[i % types.length]!;
      const value = type.create(randomInit(r, type.desc, 2));
      if (!hasJson(type, value)) continue;
      count++;
      const yaml = toYaml(type, value, { indent: 1 + (i % 4) });
      const back = fromYaml(type, yaml, { limits: { elementMemoryBytes: 2 ** 30 } });
      if (!equals(type, value, back)) expect(back, yaml).toEqual(value);
    }
    expect(count).toBeGreaterThan(200);
  });

  test("equals the message, for arbitrary strings", () => {
    fc.assert(
      fc.property(everything(), (init) => {
        const value = Everything.create(init);
        expect(equals(Everything, value, fromYaml(Everything, toYaml(Everything, value)))).toBe(
          true,
        );
      }),
      { seed: 6, numRuns: 150 },
    );
    const unit = fc.constantFrom(
      "\r",
      "\n",
      " ",
      "\t",
      "\u2028",
      "\u0085",
      "\ufeff",
      "\0",
      "\x7f",
      "a",
      ":",
      "#",
      "-",
      '"',
      "'",
      "\\",
      "\u{1f600}",
      "|",
      ">",
      "?",
      "...",
      "---",
      "\n...\n",
      "\n---\n",
    );
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 12 }),
        fc.string({ unit, maxLength: 5 }),
        (text, key) => {
          const value = Everything.create({
            name: text,
            inners: [{ label: text, tags: [text] }],
            counts: { [key]: 1 },
            attributes: { a: { [key]: text } },
          });
          expect(equals(Everything, value, fromYaml(Everything, toYaml(Everything, value)))).toBe(
            true,
          );
        },
      ),
      { seed: 6, numRuns: 1000 },
    );
  });

  test("mutated YAML is read or refused with a place in it, never anything else", () => {
    const r = random(7);
    const counts = { read: 0, refused: 0 };
    const pieces = [
      "",
      "{",
      "}",
      "[",
      "]",
      '"',
      "'",
      "\\",
      "- ",
      ": ",
      "? ",
      "\n",
      "  ",
      "&a ",
      "*a",
      "!!str ",
      "<<: ",
      "|\n",
      "\u0000",
      "\ud800",
      "9".repeat(30),
      "#",
      "%",
      "---\n",
      "~",
      "\t",
    ];
    for (let i = 0; i < 1500; i++) {
      const type = types[i % types.length]!;
      const value = type.create(randomInit(r, type.desc, 1));
      if (!hasJson(type, value)) continue;
      let yaml = toYaml(type, value).slice(0, 3000);
      for (let n = r(3); n >= 0; n--) {
        const a = r(yaml.length + 1);
        yaml = yaml.slice(0, a) + pieces[r(pieces.length)]! + yaml.slice(a + r(4));
      }
      try {
        const back = fromYaml(type, yaml);
        if (hasJson(type, back))
          expect(equals(type, back, fromYaml(type, toYaml(type, back)))).toBe(true);
        counts.read++;
      } catch (error) {
        if (!(error instanceof YamlError)) throw error;
        const lines = yaml.split("\n");
        expect(error.line).toBeGreaterThan(0);
        expect(error.line).toBeLessThanOrEqual(lines.length);
        expect(error.column).toBeGreaterThan(0);
        expect(error.column).toBeLessThanOrEqual(lines[error.line - 1]!.length + 1);
        counts.refused++;
      }
    }
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(150);
  });
});
