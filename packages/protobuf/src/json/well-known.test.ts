import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import { equals } from "../message/equals.js";
import { getExtension } from "../message/extension-access.js";
import { createRegistry } from "../reflect/index.js";
import {
  Any,
  BoolValue,
  BytesValue,
  DoubleValue,
  Duration,
  Empty,
  FieldMask,
  Int64Value,
  ListValue,
  StringValue,
  Struct,
  Timestamp,
  UInt64Value,
  Value,
} from "../wkt/index.js";
import {
  fromJson,
  fromJsonString,
  JsonError,
  type JsonValue,
  toJson,
  toJsonString,
} from "./index.js";

const registry = createRegistry(
  ops.Everything,
  ops.Part,
  ops.note,
  ops.marks,
  ops.innerExtension,
  ops.innersExtension,
  ops.otherNote,
  ops.shade,
  ops.total,
  Any,
  Timestamp,
  Duration,
  Value,
  Struct,
  Empty,
  Int64Value,
);

describe("Timestamp", () => {
  test("is RFC 3339 text", () => {
    expect(toJson(Timestamp, { seconds: 0n, nanos: 0 })).toBe("1970-01-01T00:00:00Z");
    expect(toJson(Timestamp, { seconds: -62135596800n, nanos: 0 })).toBe("0001-01-01T00:00:00Z");
    expect(toJson(Timestamp, { seconds: 253402300799n, nanos: 999999999 })).toBe(
      "9999-12-31T23:59:59.999999999Z",
    );
    expect(toJson(Timestamp, { seconds: -1n, nanos: 500_000_000 })).toBe(
      "1969-12-31T23:59:59.500Z",
    );
    expect(toJson(Timestamp, { seconds: 1n, nanos: 1000 })).toBe("1970-01-01T00:00:01.000001Z");
    expect(fromJson(Timestamp, "2026-02-28T23:30:00.1-01:00")).toEqual(
      Timestamp.create({ seconds: 1772325000n, nanos: 100_000_000 }),
    );
  });

  test("refuses other texts and other times", () => {
    for (const bad of [
      "",
      "2026-02-28",
      "2026-02-28t00:00:00Z",
      "2026-02-28T00:00:00z",
      "2026-02-28T00:00:00",
      "2026-02-30T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-01-01T24:00:00Z",
      "2026-01-01T00:60:00Z",
      "2026-01-01T00:00:60Z",
      "0000-12-31T23:59:59Z",
      "10000-01-01T00:00:00Z",
      "0001-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
      "2026-01-01T00:00:00.Z",
      "2026-01-01T00:00:00.0123456789Z",
      "2026-01-01T00:00:00+24:00",
      "2026-01-01T00:00:00+0100",
      " 2026-01-01T00:00:00Z",
      "2026-01-01T00:00:00Z\n",
    ]) {
      expect(() => fromJson(Timestamp, bad), bad).toThrow(JsonError);
    }
    expect(() => fromJson(Timestamp, 5)).toThrow(JsonError);
    for (const bad of [
      { seconds: 253402300800n },
      { seconds: -62135596801n },
      { nanos: -1 },
      { nanos: 1_000_000_000 },
    ])
      expect(() => toJson(Timestamp, bad)).toThrow(JsonError);
  });
});

describe("Duration", () => {
  test("is a text in seconds", () => {
    const cases: readonly [string, bigint, number][] = [
      ["0s", 0n, 0],
      ["1.500s", 1n, 500_000_000],
      ["-0.500s", 0n, -500_000_000],
      ["-1.000000001s", -1n, -1],
      ["315576000000.999999999s", 315576000000n, 999_999_999],
    ];
    for (const [text, seconds, nanos] of cases) {
      expect(toJson(Duration, { seconds, nanos })).toBe(text);
      expect(fromJson(Duration, text)).toEqual(Duration.create({ seconds, nanos }));
    }
    expect(fromJson(Duration, "1.5s").nanos).toBe(500_000_000);
    expect(Object.is(fromJson(Duration, "-0s").nanos, 0)).toBe(true);
  });

  test("refuses other texts and what is out of range", () => {
    for (const bad of [
      "",
      "s",
      "1",
      "1.s",
      ".5s",
      "1.0000000001s",
      "+1s",
      "--1s",
      "315576000001s",
      "-315576000001s",
      "9999999999999999s",
      "1 s",
      "1S",
      "0x1s",
    ])
      expect(() => fromJson(Duration, bad), bad).toThrow(JsonError);
    for (const bad of [
      { seconds: 1n, nanos: -1 },
      { seconds: -1n, nanos: 1 },
      { seconds: 315576000001n },
      { nanos: 1_000_000_000 },
    ])
      expect(() => toJson(Duration, bad)).toThrow(JsonError);
  });
});

describe("FieldMask", () => {
  test("is one text of camelCase paths", () => {
    expect(toJson(FieldMask, { paths: ["user.display_name", "photo"] })).toBe(
      "user.displayName,photo",
    );
    expect(fromJson(FieldMask, "user.displayName,photo").paths).toEqual([
      "user.display_name",
      "photo",
    ]);
    expect(fromJson(FieldMask, "").paths).toEqual([]);
  });

  test("refuses what would not come back", () => {
    for (const bad of ["foo_bar", "a,,b", "a.", ".a", "a b", ",", "1a"])
      expect(() => fromJson(FieldMask, bad), bad).toThrow(JsonError);
    for (const bad of ["fooBar", "foo__bar", "foo_3_bar", "foo_", ""])
      expect(() => toJson(FieldMask, { paths: [bad] }), bad).toThrow(JsonError);
  });
});

describe("wrappers and Empty", () => {
  test("are their values", () => {
    expect(toJson(Int64Value, { value: 5n })).toBe("5");
    expect(fromJson(UInt64Value, "18446744073709551615").value).toBe(2n ** 64n - 1n);
    expect(toJson(DoubleValue, {})).toBe(0);
    expect(fromJson(StringValue, "x").value).toBe("x");
    expect(fromJson(BoolValue, true).value).toBe(true);
    expect(toJson(BytesValue, { value: Uint8Array.of(1) })).toBe("AQ==");
    expect(() => fromJson(StringValue, null)).toThrow(JsonError);
    expect(toJson(Empty, {})).toEqual({});
    expect(() => fromJson(Empty, { a: 1 })).toThrow(JsonError);
  });
});

describe("Struct, ListValue and Value", () => {
  test("any JSON goes through a Value unharmed", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const json = value as JsonValue;
        expect(toJson(Value, fromJson(Value, json))).toEqual(json);
        expect(
          JSON.parse(toJsonString(Value, fromJsonString(Value, JSON.stringify(json, null, 1)))),
        ).toEqual(JSON.parse(JSON.stringify(json)));
        const again = Value.decode(Value.encode(fromJson(Value, json)));
        expect(toJson(Value, again)).toEqual(json);
      }),
      { numRuns: 300 },
    );
  });

  test("are built of messages", () => {
    expect(fromJsonString(Value, "null").kind).toEqual({ case: "nullValue", value: 0 });
    expect(fromJsonString(Value, "true").kind).toEqual({ case: "boolValue", value: true });
    expect(fromJsonString(ListValue, '[1,"1"]').values.map((v) => v.kind?.case)).toEqual([
      "numberValue",
      "stringValue",
    ]);
    const struct = fromJsonString(Struct, '{"__proto__":1,"a":{}}');
    expect([...struct.fields.keys()]).toEqual(["__proto__", "a"]);
    expect(Value.is(struct.fields.get("a"))).toBe(true);
    expect(() => fromJsonString(Struct, '{"a":1,"a":1}')).toThrow("occurs twice");
    expect(() => fromJsonString(Value, "1e999")).toThrow("out of range");
    expect(() => fromJsonString(Struct, "[]")).toThrow(JsonError);
    expect(() => fromJsonString(ListValue, "{}")).toThrow(JsonError);
  });

  test("hold no NaN, no infinity and no nothing", () => {
    for (const value of [Number.NaN, Infinity, -Infinity])
      expect(() => toJson(Value, { kind: { case: "numberValue", value } })).toThrow("finite");
    expect(() => toJson(Value, {})).toThrow("without a kind");
    expect(() => toJson(ListValue, { values: [{}] })).toThrow(JsonError);
  });
});

describe("Any", () => {
  const url = "type.googleapis.com/test.ops.Everything";
  const read = (text: string, ignoreUnknownFields = false): Any =>
    fromJsonString(Any, text, { registry, ignoreUnknownFields });

  test("is the message with its type beside it", () => {
    const any = Any.create({ typeUrl: url, value: ops.Everything.encode({ name: "n", count: 1 }) });
    const text = `{"@type":"${url}","name":"n","count":1}`;
    expect(toJsonString(Any, any, { registry })).toBe(text);
    expect(equals(Any, read(text), any)).toBe(true);
    expect(equals(Any, read(`{"count":1,"name":"n","@type":"${url}"}`), any)).toBe(true);
    expect(equals(Any, read(`{"count":1,"\\u0040type":"${url}","name":"n"}`), any)).toBe(true);
  });

  test("well-known types stand under value, an Any in an Any, too", () => {
    const text =
      '{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.500s"}}';
    expect(toJsonString(Any, read(text), { registry })).toBe(text);
    const nothing = '{"@type":"type.googleapis.com/google.protobuf.Value","value":null}';
    expect(toJsonString(Any, read(nothing), { registry })).toBe(nothing);
    const empty = '{"@type":"type.googleapis.com/google.protobuf.Empty"}';
    expect(toJsonString(Any, read(empty), { registry })).toBe(empty);
    expect(
      equals(
        Any,
        read('{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}'),
        read(empty),
      ),
    ).toBe(true);
    expect(toJsonString(Any, read("{}"), { registry })).toBe("{}");
  });

  test("refuses what it cannot know, and anything beside", () => {
    expect(() => fromJsonString(Any, `{"@type":"${url}"}`)).toThrow("registry");
    expect(() => toJsonString(Any, { typeUrl: url })).toThrow("registry");
    for (const bad of [
      '{"name":"n"}',
      '{"@type":"test.ops.Everything"}',
      '{"@type":"x/"}',
      '{"@type":"x/no.such.Type"}',
      '{"@type":5}',
      '{"@type":null}',
      `{"@type":"${url}","@type":"${url}"}`,
      `{"@type":"${url}","nope":1}`,
      '{"@type":"x/google.protobuf.Duration"}',
      '{"@type":"x/google.protobuf.Duration","value":"1s","other":1}',
      '{"@type":"x/google.protobuf.Duration","value":null}',
      "[]",
      "null",
    ]) {
      expect(() => read(bad), bad).toThrow(JsonError);
    }
    expect(
      toJsonString(
        Any,
        read('{"@type":"x/google.protobuf.Duration","value":"1s","other":1}', true),
        { registry },
      ),
    ).toBe('{"@type":"x/google.protobuf.Duration","value":"1s"}');
    expect(() =>
      toJsonString(Any, { typeUrl: url, value: Uint8Array.of(0xff) }, { registry }),
    ).toThrow(JsonError);
  });
});

describe("extensions", () => {
  test("stand under their full names in brackets", () => {
    const text =
      '{"name":"p","[test.ops.note]":"n","[test.ops.marks]":[1,2],"[test.ops.inner_extension]":{"label":"l"},"[test.ops.shade]":"COLOR_RED"}';
    const part = fromJsonString(ops.Part, text, { registry });
    expect(getExtension(part, ops.note)).toBe("n");
    expect(getExtension(part, ops.marks)).toEqual([1, 2]);
    expect(toJson(ops.Part, part, { registry })).toEqual(JSON.parse(text));
    expect(toJsonString(ops.Part, part)).toBe('{"name":"p"}');
    const again = ops.Part.decode(ops.Part.encode(part));
    expect(toJson(ops.Part, again, { registry })).toEqual(JSON.parse(text));
  });

  test("of another message, unknown, twice, or wrong are refused", () => {
    expect(() => fromJsonString(ops.Part, '{"[test.ops.note]":"n"}')).toThrow("no field");
    for (const bad of [
      '{"[test.ops.other_note]":"n"}',
      '{"[no.such]":1}',
      '{"[test.ops.note]":"a","[test.ops.note]":"b"}',
      '{"[test.ops.note]":1}',
      '{"[]":1}',
      '{"test.ops.note":1}',
    ]) {
      expect(() => fromJsonString(ops.Part, bad, { registry }), bad).toThrow(JsonError);
    }
    expect(() =>
      fromJsonString(ops.Part, '{"[test.ops.inner_extension]":{"value":"x"}}', { registry }),
    ).toThrow("[test.ops.inner_extension].value");
    expect(
      equals(
        ops.Part,
        fromJsonString(ops.Part, '{"[test.ops.note]":null,"[no.such]":[1]}', {
          registry,
          ignoreUnknownFields: true,
        }),
        {},
      ),
    ).toBe(true);
  });

  test("a list extension that came in pieces is written as one", () => {
    const one = fromJsonString(ops.Part, '{"[test.ops.inners_extension]":[{"label":"a"}]}', {
      registry,
    });
    const two = fromJsonString(
      ops.Part,
      '{"[test.ops.note]":"x","[test.ops.inners_extension]":[{"label":"b"}]}',
      { registry },
    );
    const both = ops.Part.decode(Uint8Array.of(...ops.Part.encode(one), ...ops.Part.encode(two)));
    expect(toJson(ops.Part, both, { registry })).toEqual({
      "[test.ops.inners_extension]": [{ label: "a" }, { label: "b" }],
      "[test.ops.note]": "x",
    });
  });
});
