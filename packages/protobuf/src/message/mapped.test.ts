import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError, JsonError } from "../errors.js";
import * as plain from "../fixtures/gen/test/mapped.pb.js";
import {
  fee,
  file$test_mapped,
  Ledger,
  Money,
  Order,
  type OrderInit,
  seen,
} from "../fixtures/mapped/gen/test/mapped.pb.js";
import { boxedText, decimalText } from "../fixtures/mapped/mappings.js";
import { order } from "../fixtures/mapped/orders.js";
import { random } from "../fixtures/random.js";
import { fromJsonString, toJsonString } from "../json/index.js";
import { createRegistry } from "../reflect/index.js";
import { fromText, toText } from "../text/index.js";
import { clone } from "./clone.js";
import { encodeChunks } from "./encode-chunks.js";
import { equals } from "./equals.js";
import { getExtension, hasExtension, setExtension } from "./extension-access.js";
import { merge } from "./merge.js";
import { clear, isSet } from "./presence.js";

function text(m: plain.Money): string {
  return `${m.units}.${String(m.cents).padStart(2, "0")}`;
}

function date({ seconds, nanos }: { seconds: bigint; nanos: number }): Date {
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6));
}

function entries<K, V, W>(map: Map<K, V>, convert: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, convert(value)]));
}

/** What an order without mappings is with them. */
function mapped(m: plain.Order): OrderInit {
  const { when } = m;
  return {
    created: m.created && date(m.created),
    changed: m.changed.map(date),
    marks: entries(m.marks, date),
    when:
      when?.case === "at"
        ? { case: "at", value: date(when.value) }
        : when?.case === "after"
          ? { case: "after", value: text(when.value) }
          : when,
    price: m.price && text(m.price),
    parts: m.parts.map(text),
    byLine: entries(m.byLine, text),
    group: m.group && text(m.group),
    groups: m.groups.map(text),
    length: m.length,
    name: m.name === undefined ? undefined : { text: m.name },
    attributes: m.attributes,
    inner: m.inner && mapped(m.inner),
    count: m.count,
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("fields of mapped types", () => {
  it("hold the values of their mappings, wherever they stand", () => {
    const typed: OrderInit = {
      created: new Date(5),
      changed: [new Date(6)],
      marks: { a: new Date(7) },
      when: { case: "after", value: "1.50" },
      price: "2.00",
      parts: ["3.25"],
      byLine: new Map([[7, "4.00"]]),
      group: "5.00",
      groups: ["6.00"],
      name: { text: "n" },
    };
    const message = Order.decode(Order.encode(typed));
    const created: Date | undefined = message.created;
    expect(created).toEqual(new Date(5));
    expect({ ...message }).toMatchObject({
      changed: [new Date(6)],
      marks: new Map([["a", new Date(7)]]),
      when: { case: "after", value: "1.50" },
      price: "2.00",
      parts: ["3.25"],
      byLine: new Map([[7, "4.00"]]),
      group: "5.00",
      groups: ["6.00"],
      name: { text: "n" },
    });
    const empty = Order.create();
    expect([empty.created, empty.price, empty.when, empty.parts]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
    ]);
  });

  it("are in binary, JSON and text as they are without a mapping", () => {
    const r = random(31);
    for (let round = 0; round < 300; round++) {
      const wanted = plain.Order.create(order(r, 2));
      const bytes = plain.Order.encode(wanted);
      const message = Order.decode(bytes);
      expect(equals(Order, message, mapped(wanted)), `${round}`).toBe(true);
      expect(message).toEqual(Order.create(mapped(wanted)));
      expect(hex(Order.encode(message))).toBe(hex(bytes));
      expect(hex(Order.encode(mapped(wanted)))).toBe(hex(bytes));
      expect(hex(Buffer.concat(encodeChunks(Order, { ...message })))).toBe(hex(bytes));
      const json = toJsonString(plain.Order, wanted);
      expect(toJsonString(Order, message)).toBe(json);
      expect(equals(Order, fromJsonString(Order, json), message)).toBe(true);
      const printed = toText(plain.Order, wanted);
      expect(toText(Order, message)).toBe(printed);
      expect(equals(Order, fromText(Order, printed), message)).toBe(true);
    }
  });

  it("merge where they occur again, as their messages do", () => {
    const r = random(32);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.concat([
        plain.Order.encode(order(r, 2)),
        plain.Order.encode(order(r, 2)),
        plain.Order.encode({ price: { cents: 7 }, created: { nanos: 5_000_000 } }),
      ]);
      const message = Order.decode(bytes);
      expect(equals(Order, message, mapped(plain.Order.decode(bytes))), `${round}`).toBe(true);
    }
    const target = Order.create({ price: "5.25", when: { case: "after", value: "7.00" } });
    merge(Order, target, {
      price: "0.30",
      when: { case: "after", value: "0.09" },
      parts: ["1.00"],
    });
    expect(target).toMatchObject({
      price: "5.30",
      when: { case: "after", value: "7.09" },
      parts: ["1.00"],
    });
  });

  it("are cloned, compared, asked for and cleared", () => {
    const message = Order.create({
      created: new Date(5),
      changed: [new Date(6)],
      price: "1.00",
      name: { text: "n" },
    });
    const copy = clone(Order, message);
    expect(copy).toEqual(message);
    expect(copy.created).not.toBe(message.created);
    expect(copy.changed[0]).not.toBe(message.changed[0]);
    expect(copy.name).not.toBe(message.name);
    copy.changed[0]!.setTime(7);
    expect(equals(Order, copy, message)).toBe(false);
    expect(equals(Order, { price: "1.00" }, { price: "1.01" })).toBe(false);
    expect(isSet(Order, message, "created")).toBe(true);
    clear(Order, message, "created");
    expect(message.created).toBeUndefined();
    expect(isSet(Order, message, "created")).toBe(false);
    expect(Order.decode(Order.encode({ ...copy }))).toEqual(copy);
  });

  it("show their messages in the log form", () => {
    const message = Order.create({ price: "1.50", created: new Date(1500), parts: ["2.00"] });
    expect(JSON.parse(JSON.stringify(message))).toMatchObject({
      price: { units: "1", cents: 50 },
      created: { seconds: "1", nanos: 500000000 },
      parts: [{ units: "2", cents: 0 }],
    });
    expect(inspect(message)).toContain("price: { units: '1', cents: 50");
    expect(JSON.stringify(Object.assign(Order.create(), { price: "not one" }))).toContain("[…]");
  });

  it("can be extensions", () => {
    const message = Order.create();
    expect(getExtension(message, fee)).toBeUndefined();
    setExtension(message, fee, "3.50");
    setExtension(message, seen, [new Date(9)]);
    const back = Order.decode(Order.encode(message));
    const value: string | undefined = getExtension(back, fee);
    expect(value).toBe("3.50");
    expect(getExtension(back, seen)).toEqual([new Date(9)]);
    expect(hasExtension(back, fee)).toBe(true);
    const registry = createRegistry(fee);
    expect(toJsonString(Order, back, { registry })).toContain('"[test.mapped.fee]":{"units":"3"');
    expect(() => setExtension(message, fee, "x")).toThrow("its mapping refuses it");
  });

  it("say so in their descriptors", () => {
    const field = (name: string) => Order.desc.fieldByName(name)!;
    expect(field("price").mapping!.mapping).toBe(decimalText);
    expect(field("price").message).toBe(Money.desc);
    expect(field("marks").mapValue!.mapping).toBeDefined();
    expect(field("name")).toMatchObject({ unboxed: undefined, mapping: { mapping: boxedText } });
    expect(field("attributes")).toMatchObject({ unboxed: "struct", mapping: undefined });
    expect(field("length").mapping).toBeUndefined();
    expect(file$test_mapped.desc.messages).toHaveLength(3);
    expect(plain.Order.desc.fieldByName("price")!.mapping).toBeUndefined();
  });
});

describe("a message that its mapping refuses", () => {
  const bad = { units: 1n, cents: 100 };
  const places: readonly (readonly [string, plain.OrderInit])[] = [
    ["price", { count: 1, price: bad }],
    ["parts[1]", { parts: [{}, bad, {}] }],
    ['byLine["7"]', { byLine: { 7: bad } }],
    ["when.after", { when: { case: "after", value: bad } }],
    ["group", { group: bad, count: 5 }],
    ["groups[1]", { groups: [{}, bad, {}] }],
    ["inner.inner.price", { inner: { inner: { price: bad } } }],
    ["created", { created: { nanos: 1_000_000_000 } }],
    ["changed[0]", { changed: [{ seconds: 2n ** 60n }] }],
    ['marks["a"]', { marks: { a: { nanos: -1 } } }],
    ["when.at", { when: { case: "at", value: { seconds: -(2n ** 60n) } } }],
  ];

  it.each(places)("is a DecodeError that names the field: %s", (path, init) => {
    const bytes = plain.Order.encode(init);
    try {
      Order.decode(bytes);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
      expect(error).toMatchObject({
        path,
        typeName: "test.mapped.Order",
        reason: "BOWLINE_DECODE_MALFORMED",
      });
      expect((error as Error).message).toContain("its mapping refuses it: ");
    }
    // nothing of it is left behind
    const fine = Order.create({ price: "1.00", changed: [new Date(3)] });
    expect(Order.decode(Order.encode(fine))).toEqual(fine);
  });

  it("is a JsonError, and a TextError, that name the field", () => {
    const json = (text: string): JsonError => {
      try {
        fromJsonString(Order, text);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
        return error as JsonError;
      }
      throw new Error("read");
    };
    expect(json('{"price":{"cents":100}}')).toMatchObject({
      path: "price",
      reason: "BOWLINE_JSON_VALUE",
    });
    expect(json('{"parts":[{},{"memo":"x"}]}').path).toBe("parts[1]");
    expect(json('{"byLine":{"7":{"memo":"x"}}}').path).toBe('byLine["7"]');
    expect(json('{"inner":{"after":{"memo":"x"}}}').path).toBe("inner.after");
    expect(() => fromText(Order, "inner { price { memo: 'x' } }")).toThrow(
      /inner\.price.*a decimal has no memo/s,
    );
    expect(() => fromText(Order, "parts: [{}, { cents: 100 }]")).toThrow(/parts\[1\].*100 cents/s);
  });

  it("is refused where a field occurs again, too", () => {
    const once = plain.Order.encode({ price: { units: 1n } });
    const again = plain.Order.encode({ price: { memo: "x" } });
    expect(() => Order.decode(Buffer.concat([once, again]))).toThrow("field price");
  });
});

describe("a value that its mapping refuses", () => {
  const refusal = (
    init: unknown,
    work = (value: never): unknown => Order.encode(value),
  ): EncodeError => {
    try {
      work(init as never);
    } catch (error) {
      expect(error).toBeInstanceOf(EncodeError);
      return error as EncodeError;
    }
    throw new Error("encoded");
  };

  it("is an EncodeError that names the field", () => {
    const cases: readonly (readonly [string, unknown, string])[] = [
      ["price", { price: 7 }, "expected a decimal, got the number 7"],
      ["price", { price: "1.5" }, 'its mapping refuses it: "1.5" is no decimal'],
      ["parts[1]", { parts: ["1.00", "x"] }, "is no decimal"],
      ['byLine["7"]', { byLine: { 7: "x" } }, "is no decimal"],
      ["when.after", { when: { case: "after", value: "x" } }, "is no decimal"],
      ["group", { group: "x" }, "is no decimal"],
      ["inner.groups[0]", { inner: { groups: ["x"] } }, "is no decimal"],
      ["created", { created: "2026-01-01" }, "expected a Date from year 1 to 9999"],
      ["created", { created: new Date(Number.NaN) }, "expected a Date from year 1 to 9999"],
      ["created", { created: new Date(8.64e15) }, "expected a Date from year 1 to 9999"],
      ["created", { created: { seconds: 1n, nanos: 0 } }, "expected a Date"],
      ["name", { name: "plain" }, "expected a value for google.protobuf.StringValue"],
      ["name", { name: { text: "\ud800" } }, "lone surrogate"],
    ];
    for (const [path, init, why] of cases) {
      const error = refusal(init);
      expect(error.path).toBe(path);
      expect(error.message).toContain(why);
      expect(refusal(Object.assign(Order.create(), init)).path).toBe(path);
      expect(refusal(init, (value) => Ledger.encode({ orders: [{}, value] })).path).toBe(
        `orders[1].${path}`,
      );
      expect(() => encodeChunks(Order, init as never)).toThrow(why);
      // nothing of it is left behind
      expect(Order.encode({ count: 5 })).toHaveLength(3);
    }
    expect(() => Order.create({ price: 7 } as never)).toThrow("field price: expected a decimal");
  });

  it("is named by what copies and compares, and by JSON and text", () => {
    const wrong = Object.assign(Order.create(), { inner: { parts: ["1.00", "x"] } });
    expect(refusal(wrong, (value) => clone(Order, value)).path).toBe("inner.parts[1]");
    expect(
      refusal(wrong, (value) => equals(Order, value, { inner: { parts: ["1.00", "y"] } })).path,
    ).toBe("inner.parts[1]");
    expect(refusal(wrong, (value) => merge(Order, Order.create(), value)).path).toBe(
      "inner.parts[1]",
    );
    expect(() => toJsonString(Order, wrong)).toThrow(/inner\.parts\[1\].*is no decimal/);
    expect(() => toText(Order, wrong)).toThrow(/inner\.parts\[1\].*is no decimal/);
  });
});

describe("Timestamp as Date", () => {
  it("cuts off what is finer than a millisecond, towards the past", () => {
    const read = (seconds: bigint, nanos: number): number =>
      Order.decode(plain.Order.encode({ created: { seconds, nanos } })).created!.getTime();
    expect(read(1n, 999_999)).toBe(1000);
    expect(read(1n, 1_999_999)).toBe(1001);
    expect(read(-1n, 1)).toBe(-1000);
    expect(read(-1n, 999_999_999)).toBe(-1);
    expect(read(-62135596800n, 0)).toBe(-62135596800000);
    expect(read(253402300799n, 999_999_999)).toBe(253402300799999);
  });

  it("writes every millisecond as it is", () => {
    for (const ms of [0, 1, -1, -999, -1000, 1500, -62135596800000, 253402300799999]) {
      const back = plain.Order.decode(Order.encode({ created: new Date(ms) })).created!;
      expect(back).toEqual({
        seconds: BigInt(Math.floor(ms / 1000)),
        nanos: (((ms % 1000) + 1000) % 1000) * 1e6,
      });
      expect(Order.decode(Order.encode({ created: new Date(ms) })).created!.getTime()).toBe(ms);
    }
  });
});
