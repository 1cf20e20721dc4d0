import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DescField } from "../descriptor/model.js";
import { everything } from "../fixtures/arbitrary.js";
import { Everything, Secret } from "../fixtures/gen/test/ops.pb.js";
import { Required } from "../fixtures/gen/test/ops2.pb.js";
import { Implicit } from "../fixtures/gen/test/ops3.pb.js";
import { FieldDescriptorProto, FieldOptions } from "../gen/google/protobuf/descriptor.pb.js";
import { codecSymbol, registerType } from "../message/codec.js";
import { equals } from "../message/equals.js";
import type { MessageType } from "../message/message-type.js";
import {
  fromJson,
  fromJsonBytes,
  fromJsonString,
  JsonError,
  toJson,
  toJsonBytes,
  toJsonString,
} from "./index.js";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function failure(work: () => unknown): JsonError {
  try {
    work();
  } catch (error) {
    if (JsonError.is(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("fromJson", () => {
  test("reads what toJson writes, from values, strings and bytes", () => {
    fc.assert(
      fc.property(everything(), (init) => {
        const message = Everything.create(init);
        expect(equals(Everything, fromJson(Everything, toJson(Everything, message)), message)).toBe(
          true,
        );
        expect(
          equals(
            Everything,
            fromJsonString(Everything, toJsonString(Everything, message)),
            message,
          ),
        ).toBe(true);
        const bytes = toJsonBytes(Everything, message, {
          emitDefaults: true,
          indent: 2,
          protoNames: true,
          enumsAsNumbers: true,
        });
        const read = fromJsonBytes(Everything, bytes);
        expect(equals(Everything, read, message)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("takes JSON names and schema names, in any order, with any white space", () => {
    const read = fromJsonString(
      Everything,
      ' {\t"text_big" : "5",\r\n"counts":{ },"byId":{"-3":{"label":"x"}} , "count":7} ',
    );
    expect(read.textBig).toBe("5");
    expect(read.byId.get(-3n)?.label).toBe("x");
    expect(read.count).toBe(7);
  });

  test("null leaves a field as it is", () => {
    const read = fromJsonString(
      Everything,
      '{"name":null,"numbers":null,"counts":null,"inner":null,"nickname":null,"attributes":null}',
    );
    expect(equals(Everything, read, {})).toBe(true);
  });

  test("null is no element of a list and no value of a map", () => {
    expect(failure(() => fromJsonString(Everything, '{"numbers":[1,null]}')).path).toBe(
      "numbers[1]",
    );
    expect(failure(() => fromJsonString(Everything, '{"counts":{"a":null}}')).path).toBe(
      'counts["a"]',
    );
    expect(failure(() => fromJsonString(Everything, '{"inners":[null]}')).path).toBe("inners[0]");
  });

  test("the same field twice is refused, under one name or two", () => {
    expect(failure(() => fromJsonString(Everything, '{"name":"a","name":"b"}'))).toMatchObject({
      path: "name",
      offset: 12,
      reason: "BOWLINE_JSON_VALUE",
    });
    expect(() => fromJsonString(Everything, '{"textBig":"1","text_big":"1"}')).toThrow(
      "occurs twice",
    );
    expect(() => fromJsonString(Everything, '{"name":null,"name":"b"}')).toThrow("occurs twice");
    expect(() => fromJsonString(Everything, '{"counts":{"a":1,"\\u0061":2}}')).toThrow(
      "occurs twice",
    );
    expect(() => fromJsonString(Everything, '{"byId":{"1":{},"1.0":{}}}')).toThrow("occurs twice");
    expect(() =>
      fromJsonString(FieldOptions, '{"x":1,"x":2}', { ignoreUnknownFields: true }),
    ).toThrow("occurs twice");
  });

  test("the same field twice is refused past the 32nd field, too", () => {
    const fields = Array.from({ length: 100 }, (_, i) => {
      const field: DescField = {
        ...Implicit.desc.fieldByName("text")!,
        name: `f${i}`,
        localName: `f${i}`,
        jsonName: `f${i}`,
      };
      return field;
    });
    const Wide = {
      typeName: "test.Wide",
      desc: { ...Implicit.desc, typeName: "test.Wide", fields, members: fields },
      [codecSymbol]: { messageClass: class {} },
    } as unknown as MessageType<Record<string, string>>;
    registerType(Wide.desc, Wide);
    const all = fields.map(({ name }) => `"${name}":"${name}!"`);
    expect(fromJsonString(Wide, `{${all.join()}}`).f99).toBe("f99!");
    expect(fromJsonString(Wide, `{${[...all].reverse().join()}}`).f0).toBe("f0!");
    for (const again of [0, 31, 32, 33, 63, 64, 99]) {
      expect(failure(() => fromJsonString(Wide, `{${all.join()},${all[again]}}`)).path).toBe(
        `f${again}`,
      );
    }
  });

  test("a second member of a oneof is refused, unless it is null", () => {
    expect(fromJsonString(Everything, '{"text":null,"message":{"label":"m"}}').choice?.case).toBe(
      "message",
    );
    expect(fromJsonString(Everything, '{"text":"t","message":null}').choice).toEqual({
      case: "text",
      value: "t",
    });
    expect(failure(() => fromJsonString(Everything, '{"text":"t","message":{}}')).path).toBe(
      "message",
    );
    expect(fromJsonString(Implicit, '{"left":0}').kind).toEqual({ case: "left", value: 0 });
  });

  test("unknown fields are refused by name, or passed over", () => {
    const text = '{"name":"n","nope":{"deep":[1,2,{"a":"\\n"}],"x":-1.5e3},"count":1}';
    expect(failure(() => fromJsonString(Everything, text))).toMatchObject({
      message: expect.stringContaining('no field "nope"'),
      offset: 12,
    });
    const read = fromJsonString(Everything, text, { ignoreUnknownFields: true });
    expect(read.count).toBe(1);
  });

  test("a value that is passed over still has to be JSON", () => {
    for (const bad of [
      "{",
      "[1,]",
      '{"a" 1}',
      "01",
      "tru",
      "nul",
      '"\\x"',
      '"\u0001"',
      "[1 2]",
      "-",
      "1.",
      '{"a":1,}',
      "+1",
      "NaN",
    ]) {
      expect(
        () => fromJsonString(Everything, `{"nope":${bad}}`, { ignoreUnknownFields: true }),
        bad,
      ).toThrow(JsonError);
    }
  });

  test("names of Object.prototype are names like any other", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(() => fromJsonString(Everything, `{"${name}":1}`)).toThrow("no field");
      expect(
        fromJsonString(Everything, `{"${name}":{"a":1}}`, { ignoreUnknownFields: true }),
      ).toEqual(Everything.create());
      expect(fromJsonString(Everything, `{"counts":{"${name}":1}}`).counts.get(name)).toBe(1);
      expect(() => fromJsonString(Everything, `{"color":"${name}"}`)).toThrow("not a value of");
    }
    const { attributes } = fromJsonString(
      Everything,
      '{"attributes":{"__proto__":{"polluted":true},"a":1}}',
    );
    expect(Object.keys(attributes!)).toEqual(["__proto__", "a"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(toJsonString(Everything, { attributes: attributes! })).toBe(
      '{"attributes":{"__proto__":{"polluted":true},"a":1}}',
    );
  });

  test("enums come by name or number; open ones keep unknown numbers", () => {
    expect(fromJsonString(Everything, '{"color":"COLOR_RED"}').color).toBe(1);
    expect(fromJsonString(Everything, '{"color":2.0}').color).toBe(2);
    expect(fromJsonString(Everything, '{"color":77}').color).toBe(77);
    expect(failure(() => fromJsonString(Everything, '{"color":"RED"}'))).toMatchObject({
      path: "color",
      offset: 9,
    });
    expect(fromJsonString(Everything, '{"color":"RED"}', { ignoreUnknownFields: true }).color).toBe(
      0,
    );
    expect(() => fromJsonString(Everything, '{"color":2147483648}')).toThrow(JsonError);
    expect(() => fromJsonString(Everything, '{"color":""}')).toThrow(JsonError);
  });

  test("closed enums refuse unknown numbers; passed over, they leave no element behind", () => {
    expect(fromJsonString(FieldDescriptorProto, '{"type":"TYPE_STRING"}').type).toBe(9);
    expect(() => fromJsonString(FieldDescriptorProto, '{"type":99}')).toThrow(
      "99 is not a value of",
    );
    expect(
      fromJsonString(FieldDescriptorProto, '{"type":99}', { ignoreUnknownFields: true }).type,
    ).toBeUndefined();
    const list = '{"targets":["TARGET_TYPE_FILE","NEW_ONE",99,"TARGET_TYPE_FIELD"]}';
    expect(fromJsonString(FieldOptions, list, { ignoreUnknownFields: true }).targets).toEqual([
      1, 4,
    ]);
    expect(failure(() => fromJsonString(FieldOptions, list)).path).toBe("targets[1]");
  });

  test("missing required fields fail by path, unless partial messages are allowed", () => {
    const text = '{"id":"a","list":[{"id":"b"},{}]}';
    expect(failure(() => fromJsonString(Required, text))).toMatchObject({
      path: "list[1].id",
      reason: "BOWLINE_JSON_REQUIRED",
    });
    expect(fromJsonString(Required, text, { allowPartial: true }).list[1]?.id).toBeUndefined();
  });

  test("wrappers and structs appear as their values", () => {
    const read = fromJsonString(
      Everything,
      '{"nickname":"","boxed":"b","attributes":{"a":[1,null,{"b":true}]}}',
    );
    expect(read.nickname).toBe("");
    expect(read.choice?.value).toEqual(expect.objectContaining({ value: "b" }));
    expect(read.attributes).toEqual({ a: [1, null, { b: true }] });
  });

  test("64-bit integers have the type of the field", () => {
    const read = fromJsonString(
      Everything,
      '{"big":"-9223372036854775808","textBig":18446744073709551615,"numberBig":"9007199254740991"}',
    );
    expect([read.big, read.textBig, read.numberBig]).toEqual([
      -(2n ** 63n),
      "18446744073709551615",
      9007199254740991,
    ]);
    expect(() => fromJsonString(Everything, '{"numberBig":"9007199254740993"}')).toThrow("exactly");
  });

  test("JSON values keep −0 and refuse what is no JSON", () => {
    expect(Object.is(fromJson(Everything, { ratio: -0 }).ratio, -0)).toBe(true);
    expect(failure(() => fromJson(Everything, { ratio: Number.NaN })).offset).toBe(-1);
    for (const bad of [undefined, 1n, () => 1, Symbol("s"), new Map(), new Date()]) {
      expect(() => fromJson(Everything, { attributes: { a: bad as never } })).toThrow(JsonError);
    }
    const cycle: { a?: unknown } = {};
    cycle.a = cycle;
    expect(failure(() => fromJson(Everything, { attributes: cycle as never })).reason).toBe(
      "BOWLINE_JSON_LIMIT",
    );
  });

  test("anything but an object is refused at the top", () => {
    for (const bad of [
      "",
      " ",
      "null",
      "1",
      '"a"',
      "[]",
      "true",
      "{",
      "}",
      "{}{}",
      "{} x",
      "{},",
      "\ufeff{}",
      "{\0}",
      "{}\0",
    ]) {
      expect(failure(() => fromJsonString(Everything, bad)).reason, JSON.stringify(bad)).toBe(
        "BOWLINE_JSON_SYNTAX",
      );
      expect(() => fromJsonBytes(Everything, utf8(bad)), JSON.stringify(bad)).toThrow(JsonError);
    }
    expect(() => fromJsonString(Everything, {} as never)).toThrow(TypeError);
    expect(() => fromJsonBytes(Everything, "{}" as never)).toThrow(TypeError);
  });

  test("a value of another kind is refused with path and offset", () => {
    const cases: readonly [string, string, number][] = [
      ['{"name":1}', "name", 8],
      ['{"inner":{"label":[]}}', "inner.label", 18],
      ['{"inners":[{},{"value":"x"}]}', "inners[1].value", 26],
      ['{"counts":{"k":"v"}}', 'counts["k"]', 18],
      ['{"byId":{"x":{}}}', "byId", 12],
      ['{"flag":"true"}', "flag", 8],
      ['{"numbers":{}}', "numbers", 11],
      ['{"counts":[]}', "counts", 10],
      ['{"data":"a"}', "data", 8],
    ];
    for (const [text, path, offset] of cases)
      expect(
        failure(() => fromJsonString(Everything, text)),
        text,
      ).toMatchObject({ path, offset });
  });

  test("the message does not share the memory of its input", () => {
    const input = utf8('{"data":"AQID","name":"n"}');
    const read = fromJsonBytes(Everything, input);
    input.fill(0);
    fromJsonString(Everything, `{"name":"${"x".repeat(100)}"}`);
    expect(read.data).toEqual(Uint8Array.of(1, 2, 3));
    expect(read.name).toBe("n");
  });

  test("a recursive message reads through maps", () => {
    const read = fromJsonString(Secret, '{"others":{"a":{"user":"u"}},"hidden":{"token":"t"}}');
    expect(read.others.get("a")?.user).toBe("u");
    expect(read.hidden?.credential?.value).toBe("t");
  });
});

describe("strings", () => {
  const read = (inner: string): string => fromJsonString(Implicit, `{"text":"${inner}"}`).text;

  test("hold any text, escaped or not", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
        expect(read(JSON.stringify(text).slice(1, -1))).toBe(text);
        const escaped = [...text]
          .map((c) =>
            c
              .split("")
              .map((u) => `\\u${u.charCodeAt(0).toString(16).padStart(4, "0")}`)
              .join(""),
          )
          .join("");
        expect(read(escaped)).toBe(text);
        expect(fromJsonString(Implicit, toJsonString(Implicit, { text })).text).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test("refuse lone surrogates, raw and escaped, naming the field", () => {
    for (const bad of [
      "\\ud800",
      "\\udc00",
      "\\udc00\\ud800",
      "a\\ud800b",
      "\ud800",
      "x\udfff",
      "\udc00\ud800",
      "é\ud800",
    ]) {
      expect(failure(() => read(bad)).path, bad).toBe("text");
    }
    expect(read("\\ud83d\\ude00")).toBe("😀");
  });

  test("refuse control characters and unknown escapes", () => {
    for (const bad of ["\n", "\u0000", "\u001f", "\\a", "\\'", "\\u12", "\\u12g4", "\\"])
      expect(() => read(bad), JSON.stringify(bad)).toThrow(JsonError);
    expect(read("\u007f\u2028\\/\\b")).toBe("\u007f\u2028/\b");
  });

  test("refuse invalid UTF-8, naming the field", () => {
    const around = (...inner: number[]): Uint8Array =>
      Uint8Array.from([...utf8('{"text":"a'), ...inner, ...utf8('b"}')]);
    for (const bad of [
      [0xff],
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
      [0x80],
    ]) {
      expect(failure(() => fromJsonBytes(Implicit, around(...bad))).path).toBe("text");
      const key = Uint8Array.from([...utf8('{"x'), ...bad, ...utf8('":1}')]);
      expect(() => fromJsonBytes(Implicit, key, { ignoreUnknownFields: true })).toThrow(JsonError);
    }
    expect(fromJsonBytes(Implicit, around(0xef, 0xbf, 0xbd)).text).toBe("a\ufffdb");
  });
});
