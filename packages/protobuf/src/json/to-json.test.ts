import { describe, expect, test } from "vitest";
import {
  Everything,
  Everything_Inner,
  innerExtension,
  otherNote,
  Part,
  Secret,
} from "../fixtures/gen/test/ops.pb.js";
import { Required } from "../fixtures/gen/test/ops2.pb.js";
import { Implicit } from "../fixtures/gen/test/ops3.pb.js";
import { FieldOptions, FileDescriptorSet } from "../gen/google/protobuf/descriptor.pb.js";
import { Struct, Value } from "../gen/google/protobuf/struct.pb.js";
import { setExtension } from "../message/extension-access.js";
import { createRegistry } from "../reflect/registry.js";
import type { Registry } from "../registry.js";
import { fromJsonBytes, JsonError, toJson, toJsonBytes, toJsonString } from "./index.js";

function path(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (JsonError.is(error)) return error.path;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("toJson", () => {
  test("leaves out what is not set, and writes what is", () => {
    expect(toJsonString(Everything, {})).toBe("{}");
    expect(
      toJsonString(Everything, { name: "", big: 0n, ratio: 0, count: 0, inner: {}, weight: 0 }),
    ).toBe('{"name":"","weight":0,"big":"0","inner":{}}');
    expect(toJsonString(Everything, { ratio: -0, count: -0 })).toBe('{"ratio":-0}');
    expect(toJsonString(Everything, { ratio: Number.NaN, numberBig: 5, textBig: "7" })).toBe(
      '{"ratio":"NaN","textBig":"7","numberBig":"5"}',
    );
    expect(toJsonString(Everything, { ratio: Infinity, weight: -Infinity })).toBe(
      '{"ratio":"Infinity","weight":"-Infinity"}',
    );
  });

  test("writes the extensions of messages that stand in an extension", () => {
    const inside = Everything.create();
    setExtension(inside, otherNote, "inside");
    const part = Part.create();
    setExtension(part, innerExtension, Everything_Inner.create({ parent: inside }));
    expect(toJson(Part, part, { registry: createRegistry(innerExtension, otherNote) })).toEqual({
      "[test.ops.inner_extension]": { parent: { "[test.ops.other_note]": "inside" } },
    });
  });

  test("writes every kind of field", () => {
    const json = toJson(Everything, {
      name: 'a"b',
      color: 1,
      data: Uint8Array.of(255, 239),
      numbers: [1, -2],
      inners: [{ tags: ["x"] }, {}],
      counts: { a: 1 },
      byId: [[-5n, { label: "five" }]],
      choice: { case: "boxed", value: { value: "b" } },
      nickname: "n",
      attributes: { a: [1, null] },
      chunks: [Uint8Array.of(), Uint8Array.of(1)],
      group: { label: "g" },
      flag: true,
    });
    expect(json).toEqual({
      name: 'a"b',
      color: "COLOR_RED",
      data: "/+8=",
      numbers: [1, -2],
      inners: [{ tags: ["x"] }, {}],
      counts: { a: 1 },
      byId: { "-5": { label: "five" } },
      boxed: "b",
      nickname: "n",
      attributes: { a: [1, null] },
      chunks: ["", "AQ=="],
      group: { label: "g" },
      flag: true,
    });
  });

  test("emitDefaults writes fields without presence only", () => {
    expect(toJson(Implicit, {}, { emitDefaults: true })).toEqual({
      text: "",
      real: 0,
      packed: [],
      userName: "",
    });
    const json = toJson(Everything, {}, { emitDefaults: true }) as object;
    expect(json).toEqual({
      count: 0,
      ratio: 0,
      numberBig: "0",
      color: "COLOR_UNSPECIFIED",
      numbers: [],
      inners: [],
      counts: {},
      byId: {},
      chunks: [],
      flag: false,
    });
  });

  test("protoNames and enumsAsNumbers", () => {
    expect(
      toJsonString(
        Everything,
        { textBig: "1", color: 2 },
        { protoNames: true, enumsAsNumbers: true },
      ),
    ).toBe('{"text_big":"1","color":2}');
    expect(toJsonString(Everything, { color: 77 })).toBe('{"color":77}');
  });

  test("indent spreads it over lines", () => {
    const message = { name: 'a:{"b\\', numbers: [1, 2], counts: { "k,": 1 }, inner: {} };
    const compact = toJsonString(Everything, message);
    for (const indent of [1, 2, 4, 10]) {
      expect(toJsonString(Everything, message, { indent })).toBe(
        JSON.stringify(JSON.parse(compact), null, indent),
      );
      expect(new TextDecoder().decode(toJsonBytes(Everything, message, { indent }))).toBe(
        toJsonString(Everything, message, { indent }),
      );
    }
    expect(toJsonString(Everything, message, { indent: 0 })).toBe(compact);
    expect(toJsonString(Everything, {}, { indent: 2 })).toBe("{}");
    const long = { name: `${'x\\"'.repeat(500_000)}` };
    expect(JSON.parse(toJsonString(Everything, long, { indent: 1 }))).toEqual(long);
  });

  test("redact leaves marked fields out; without it the data is there", () => {
    const secret = {
      user: "u",
      password: "p",
      keys: ["k"],
      credential: { case: "token", value: "t" },
      hidden: { user: "h" },
      others: { o: { password: "q" } },
    } as const;
    expect(toJson(Secret, secret, { redact: true })).toEqual({ user: "u", others: { o: {} } });
    expect(toJson(Secret, secret)).toEqual({
      user: "u",
      password: "p",
      keys: ["k"],
      token: "t",
      hidden: { user: "h" },
      others: { o: { password: "q" } },
    });
  });

  test("takes literals and spread copies, nested too", () => {
    const message = Everything.create({ inner: { label: "l" } });
    expect(toJsonString(Everything, { ...message })).toBe('{"inner":{"label":"l"}}');
    message.inner = { ...message.inner!, label: "copy" };
    expect(toJsonString(Everything, message)).toBe('{"inner":{"label":"copy"}}');
    message.inners = [{ label: "literal" } as never];
    expect(toJsonString(Everything, message)).toContain('"inners":[{"label":"literal"}]');
  });

  test("a wrong value is refused by its path", () => {
    const wrong = (change: (m: Everything) => void): string => {
      const message = Everything.create({ inner: { parent: { counts: { k: 1 } } } });
      change(message);
      return path(() => toJsonString(Everything, message));
    };
    expect(wrong((m) => (m.name = 1 as never))).toBe("name");
    expect(wrong((m) => (m.count = 1.5))).toBe("count");
    expect(wrong((m) => (m.count = null as never))).toBe("count");
    expect(wrong((m) => (m.count = 2 ** 31))).toBe("count");
    expect(wrong((m) => (m.big = 5 as never))).toBe("big");
    expect(wrong((m) => (m.big = 2n ** 63n))).toBe("big");
    expect(wrong((m) => (m.weight = 1e39))).toBe("weight");
    expect(wrong((m) => (m.data = "AA==" as never))).toBe("data");
    expect(wrong((m) => (m.flag = 1 as never))).toBe("flag");
    expect(wrong((m) => (m.color = 0.5 as never))).toBe("color");
    expect(wrong((m) => (m.numbers = [1, "2" as never]))).toBe("numbers[1]");
    expect(wrong((m) => (m.numbers = {} as never))).toBe("numbers");
    expect(wrong((m) => m.inner!.parent!.counts.set("k", Number.NaN))).toBe(
      'inner.parent.counts["k"]',
    );
    expect(wrong((m) => (m.counts = { a: 1 } as never))).toBe("counts");
    expect(wrong((m) => m.counts.set(1 as never, 1))).toBe('counts["1"]');
    expect(wrong((m) => (m.choice = { case: "nope", value: 1 } as never))).toBe("choice");
    expect(wrong((m) => (m.nickname = 5 as never))).toBe("nickname");
    expect(wrong((m) => (m.data = null as never))).toBe("data");
    expect(wrong((m) => (m.ratio = null as never))).toBe("ratio");
    expect(wrong((m) => (m.numberBig = null as never))).toBe("numberBig");
    expect(wrong((m) => (m.flag = null as never))).toBe("flag");
    expect(wrong((m) => (m.color = null as never))).toBe("color");
    expect(wrong((m) => (m.inner = null as never))).toBe("inner");
    expect(wrong((m) => (m.attributes = 5 as never))).toBe("attributes");
    expect(wrong((m) => (m.attributes = [] as never))).toBe("attributes");
    expect(wrong((m) => (m.attributes = { a: new Array(2) as never }))).toBe('attributes["a"][0]');
    expect(wrong((m) => (m.choice = "x" as never))).toBe("choice");
    expect(wrong((m) => (m.name = "\ud800"))).toBe("name");
    expect(wrong((m) => (m.name = `${"x".repeat(100)}\udc00`))).toBe("name");
    expect(wrong((m) => (m.attributes = { a: [{ b: Number.NaN }] }))).toBe(
      'attributes["a"][0]["b"]',
    );
    expect(path(() => toJsonString(Everything, { misspelt: 1 } as never))).toBe("");
    expect(() => toJsonString(Everything, { misspelt: 1 } as never)).toThrow('no field "misspelt"');
  });

  test("missing required fields fail by path, unless partial messages are allowed", () => {
    expect(path(() => toJsonString(Required, { id: "a", next: {} }))).toBe("next.id");
    expect(toJsonString(Required, { id: "a", next: {} }, { allowPartial: true })).toBe(
      '{"id":"a","next":{}}',
    );
  });

  test("grows its buffer as needed, and starts anew after an error", () => {
    const name = "ü".repeat(100_000);
    const numbers = Array.from({ length: 50_000 }, (_, i) => i - 25_000);
    const data = new Uint8Array(200_000).fill(7);
    const read = fromJsonBytes(
      Everything,
      toJsonBytes(Everything, { name, numbers, data, counts: { [name]: 1 } }),
    );
    expect(read.name).toBe(name);
    expect(read.numbers).toEqual(numbers);
    expect(read.data).toEqual(data);
    expect(read.counts.get(name)).toBe(1);
    expect(() => toJsonBytes(Everything, { name: "\ud800" })).toThrow(JsonError);
    expect(toJsonString(Everything, { flag: true })).toBe('{"flag":true}');
  });

  test("bytes that were handed out do not change, whatever is written later, and however large", () => {
    const written: [Uint8Array, string][] = [];
    for (let i = 0; i < 3000; i++) {
      const length = i % 500 === 499 ? 70_000 : i % 50 === 49 ? 5000 : (i * 7) % 300;
      const message = { name: "x".repeat(length), count: i };
      written.push([toJsonBytes(Everything, message), toJsonString(Everything, message)]);
      if (i % 400 === 0)
        expect(() => toJsonBytes(Everything, { name: "\ud800" })).toThrow(JsonError);
    }
    const decoder = new TextDecoder();
    for (const [bytes, text] of written) expect(decoder.decode(bytes)).toBe(text);
  });

  test("a block that a caller transferred is not written to", () => {
    const { buffer } = toJsonBytes(Everything, { name: "a" });
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect(new TextDecoder().decode(toJsonBytes(Everything, { name: "b" }))).toBe('{"name":"b"}');
    expect(toJsonString(Everything, { name: "c" })).toBe('{"name":"c"}');
  });

  test("strings of every length around the limits of the writers come out as JSON.stringify writes them", () => {
    for (let n = 0; n < 90; n++) {
      for (const odd of [
        "",
        '"',
        "\\",
        "\n",
        "\u0000",
        "\u001f",
        "\u007f",
        "\u0080",
        "ÿ",
        "Ā",
        "€",
        "😀",
        "\u2028",
      ]) {
        for (const name of [
          odd + "a".repeat(n),
          "a".repeat(n) + odd,
          "a".repeat(n >> 1) + odd + "~".repeat(n - (n >> 1)),
        ]) {
          expect(toJsonString(Everything, { name })).toBe(JSON.stringify({ name }));
        }
      }
    }
  });

  test("an encode inside an encode does not disturb it", () => {
    const inside: string[] = [];
    const registry: Registry = {
      message: () => undefined,
      extension: () => undefined,
      extensionByNumber: () => {
        inside.push(toJsonString(Everything, { name: "inside" }));
        inside.push(
          fromJsonBytes(
            Everything,
            toJsonBytes(Everything, { name: "x".repeat(100_000) }),
          ).name!.slice(0, 3),
        );
        return undefined;
      },
    };
    const message = Everything.decode(
      Uint8Array.of(...Everything.encode({ name: "outer", flag: true }), 0xa2, 6, 1, 65),
    );
    expect(
      toJsonString(Everything, { ...message, inners: [{ label: "after" }] } as never, { registry }),
    ).toBe('{"name":"outer","inners":[{"label":"after"}],"flag":true}');
    expect(inside).toEqual(['{"name":"inside"}', "xxx"]);
  });

  test("descriptors go through: enums, groups of options, lists", () => {
    const set = FileDescriptorSet.create({
      file: [
        {
          name: "a.proto",
          messageType: [{ name: "M", field: [{ name: "f", number: 1, type: 9, label: 1 }] }],
        },
      ],
    });
    expect(toJson(FileDescriptorSet, set)).toEqual({
      file: [
        {
          name: "a.proto",
          messageType: [
            {
              name: "M",
              field: [{ name: "f", number: 1, label: "LABEL_OPTIONAL", type: "TYPE_STRING" }],
            },
          ],
        },
      ],
    });
    expect(toJson(FieldOptions, { targets: [1, 4] })).toEqual({
      targets: ["TARGET_TYPE_FILE", "TARGET_TYPE_FIELD"],
    });
  });

  test("a message that contains itself, or is nested past the limit, is refused", () => {
    const message = Everything.create({ inner: {} });
    message.inner!.parent = message;
    expect(() => toJsonString(Everything, message, { allowPartial: true })).toThrow(
      "nested deeper",
    );
    const json: Record<string, unknown> = {};
    json.self = json;
    expect(() =>
      toJsonString(Everything, Object.assign(Everything.create(), { attributes: json })),
    ).toThrow("nested deeper");
    const struct = Struct.create();
    struct.fields.set("self", Value.create({ kind: { case: "structValue", value: struct } }));
    expect(() => toJsonString(Struct, struct)).toThrow("nested deeper");
  });
});
