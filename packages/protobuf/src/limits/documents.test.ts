/** Every limit of the readers of JSON, YAML and the text format, at the limit's edges and without it; and their traps. */
import { describe, expect, it } from "vitest";
import { Everything, Secret } from "../fixtures/gen/test/ops.pb.js";
import { Maps } from "../fixtures/gen/test/wire.pb.js";
import { fromJsonBytes, fromJsonString, toJsonString } from "../json/index.js";
import type { DecodeLimits, MessageType } from "../message/message-type.js";
import { fromText, toText } from "../text/index.js";
import { fromYaml, toYaml } from "../yaml/index.js";

interface Options {
  readonly limits?: DecodeLimits;
  readonly ignoreUnknown?: boolean;
}

/** A reader of documents. */
interface Reader {
  readonly name: string;
  /** The reason of a limit that was passed. */
  readonly limit: string;
  read(type: MessageType, text: string, options?: Options): object;
  /** A document with so many messages of `Secret` in one another. */
  nested(levels: number): string;
  /** The same of fields that the schema does not know. */
  nestedUnknown(levels: number): string;
  unknown(count: number): string;
  list(count: number): string;
}

const inOneAnother = (open: string, close: string) => (levels: number) =>
  `${open.repeat(levels)}${close.repeat(levels)}`;
const json = {
  nested: (levels: number) => `{${inOneAnother('"hidden":{', "}")(levels)}}`,
  nestedUnknown: (levels: number) => `{${inOneAnother('"nope":{', "}")(levels)}}`,
  unknown: (count: number) => `{${Array.from({ length: count }, (_, i) => `"n${i}":1`)}}`,
  list: (count: number) => `{"numbers":[${new Array(count).fill(1)}]}`,
};
const jsonOptions = ({ limits, ignoreUnknown }: Options = {}) => ({
  ...(limits === undefined ? {} : { limits }),
  ignoreUnknownFields: ignoreUnknown === true,
});

const readers: readonly Reader[] = [
  {
    ...json,
    name: "JSON text",
    limit: "BOWLINE_JSON_LIMIT",
    read: (type, text, options) => fromJsonString(type, text, jsonOptions(options)),
  },
  {
    ...json,
    name: "JSON bytes",
    limit: "BOWLINE_JSON_LIMIT",
    read: (type, text, options) =>
      fromJsonBytes(type, new TextEncoder().encode(text), jsonOptions(options)),
  },
  {
    ...json,
    name: "YAML",
    limit: "BOWLINE_YAML_LIMIT",
    read: (type, text, options) => fromYaml(type, text, jsonOptions(options)),
  },
  {
    name: "text format",
    limit: "BOWLINE_TEXT_LIMIT",
    read: (type, text, options) => fromText(type, text, options),
    nested: inOneAnother("hidden{", "}"),
    nestedUnknown: inOneAnother("nope{", "}"),
    unknown: (count) => "nope: 1 ".repeat(count),
    list: (count) => "numbers: 1 ".repeat(count),
  },
];

/** Why a document is refused, `undefined` where it is accepted. */
function reasonOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return (error as { reason: string }).reason;
  }
}

const off = Number.POSITIVE_INFINITY;

describe.each(readers.map((reader) => [reader.name, reader] as const))("%s", (_, reader) => {
  const reasons = (
    type: MessageType,
    text: string,
    limit: keyof DecodeLimits,
    values: readonly number[],
  ): unknown[] =>
    values.map((n) =>
      reasonOf(() => reader.read(type, text, { limits: { [limit]: n }, ignoreUnknown: true })),
    );
  const past = reader.limit;

  it("limits.depth holds at its edges, and only then", () => {
    const edges = [0, 4, 5, 6, off];
    const wanted = [past, past, undefined, undefined, undefined];
    expect(reasons(Secret, reader.nested(5), "depth", edges)).toEqual(wanted);
    expect(reasons(Secret, reader.nestedUnknown(5), "depth", edges)).toEqual(wanted);
    expect(reasonOf(() => reader.read(Secret, reader.nested(100)))).toBeUndefined();
    expect(reasonOf(() => reader.read(Secret, reader.nested(101)))).toBe(past);
  });

  it("100,000 levels are an error, whole or cut, known or not", () => {
    for (const levels of [reader.nested(100_000), reader.nestedUnknown(100_000)]) {
      for (const text of [levels, levels.slice(0, levels.length >> 1)]) {
        const start = performance.now();
        const read = (): object => reader.read(Secret, text, { ignoreUnknown: true });
        expect(reasonOf(read)).toBe(past);
        expect(performance.now() - start).toBeLessThan(3000);
      }
    }
  });

  it("limits.unknownFields holds at its edges, and only then", () => {
    const edges = [0, 6, 7, 8, off];
    const wanted = [past, past, undefined, undefined, undefined];
    expect(reasons(Secret, reader.unknown(7), "unknownFields", edges)).toEqual(wanted);
  });

  it("limits.elementMemoryBytes holds at its edges, and only then", () => {
    const document = reader.list(1000);
    let [low, high] = [0, 1 << 24];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reasons(Everything, document, "elementMemoryBytes", [middle])[0] === undefined)
        high = middle;
      else low = middle + 1;
    }
    const needs = 64 + 14 * 8 + 48 + 3 * 64 + 2 * 192 + 1000 * 8;
    // the syntax tree of YAML has a bound of its own, which is larger
    if (reader.name === "YAML") expect(low).toBeGreaterThan(needs);
    else expect(low).toBe(needs);
    const edges = [0, low - 1, low, low + 1, off];
    const wanted = [past, past, undefined, undefined, undefined];
    expect(reasons(Everything, document, "elementMemoryBytes", edges)).toEqual(wanted);
  });

  it("a limit that is not a number from 0 on is refused, not taken for none", () => {
    for (const limit of ["depth", "unknownFields", "elementMemoryBytes"] as const)
      for (const value of [Number.NaN, -1, "100", null]) {
        const limits = { [limit]: value } as never;
        expect(() => reader.read(Secret, reader.nested(0), { limits })).toThrow(
          `limits.${limit} has to be a number from 0 to Infinity`,
        );
      }
  });
});

describe("the names of Object.prototype", () => {
  const keys = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  const message = Maps.create({ mString: new Map(keys.map((name) => [name, `of ${name}`])) });

  it.each([
    ["JSON", () => fromJsonString(Maps, toJsonString(Maps, message))],
    ["YAML", () => fromYaml(Maps, toYaml(Maps, message))],
    ["text format", () => fromText(Maps, toText(Maps, message))],
  ])("are map keys as others: %s", (_, around) => {
    const back = around();
    expect([...back.mString].sort()).toEqual([...message.mString].sort());
    expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(Maps.create()));
    expect("polluted" in {}).toBe(false);
  });

  it.each(keys)("are keys of a Struct as others: %s", (key) => {
    const text = `{"attributes":{"${key}":{"polluted":true}}}`;
    for (const read of [fromJsonString(Everything, text), fromYaml(Everything, text)]) {
      expect(Object.keys(read.attributes!)).toEqual([key]);
      expect(Object.getPrototypeOf(read.attributes)).toBe(Object.prototype);
      const bytes = Everything.encode(read);
      expect(Object.keys(Everything.decode(bytes).attributes!)).toEqual([key]);
    }
    expect("polluted" in {}).toBe(false);
  });

  it.each(keys)("are no fields that a message has: %s", (key) => {
    const text = `{"${key}":{"polluted":true}}`;
    expect(reasonOf(() => fromJsonString(Everything, text))).toBe("BOWLINE_JSON_VALUE");
    expect(reasonOf(() => fromYaml(Everything, text))).toBe("BOWLINE_YAML_VALUE");
    expect(reasonOf(() => fromText(Everything, `${key} { polluted: true }`))).toBe(
      "BOWLINE_TEXT_VALUE",
    );
    const passed = fromJsonString(Everything, text, { ignoreUnknownFields: true });
    expect(Object.keys(passed)).toEqual(Object.keys(Everything.create()));
  });
});
