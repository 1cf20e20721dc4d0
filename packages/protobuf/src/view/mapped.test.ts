import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import * as plain from "../fixtures/gen/test/mapped.pb.js";
import { Arrays, ArraysView } from "../fixtures/gen/test/typed.pb.js";
import { Order, OrderView } from "../fixtures/mapped/gen/test/mapped.pb.js";
import { order } from "../fixtures/mapped/orders.js";
import { random } from "../fixtures/random.js";
import { toJsonString } from "../json/index.js";
import { equals } from "../message/equals.js";
import { diff, reflect, walk } from "../reflect/index.js";
import { toText } from "../text/index.js";

const modes = [{ validate: "eager" }, { validate: "on-access" }] as const;

/** The members of a message, which a view has as getters. */
function members(value: object): Record<string, unknown> {
  const held = value as Record<string, unknown>;
  return Object.fromEntries(
    Order.desc.members.map(({ localName }) => [
      localName,
      localName === "inner" && held[localName] !== undefined
        ? members(held[localName] as object)
        : localName === "length" && held[localName] !== undefined
          ? (held[localName] as { seconds: bigint }).seconds
          : held[localName],
    ]),
  );
}

describe.each(modes)("views of messages with mapped fields, %j", (options) => {
  it("read the values that the message has", () => {
    const r = random(51);
    for (let round = 0; round < 150; round++) {
      const bytes = Buffer.concat([
        plain.Order.encode(order(r, 2)),
        r(2) === 0 ? plain.Order.encode(order(r, 2)) : Buffer.alloc(0),
      ]);
      const message = Order.decode(bytes);
      const view = OrderView.decode(bytes, options);
      expect(members(view), `${round}`).toEqual(members(message));
      // a second time from what was kept
      expect(members(view)).toEqual(members(message));
      expect(equals(Order, view.$toMessage(), message)).toBe(true);
      expect(toJsonString(Order, OrderView.decode(bytes, options))).toBe(
        toJsonString(Order, message),
      );
      expect(toText(Order, OrderView.decode(bytes, options))).toBe(toText(Order, message));
      expect(
        Order.decode(OrderView.encode(view, { deterministic: true })),
        `${round}, written`,
      ).toEqual(message);
      expect(diff(view, message)).toEqual([]);
      expect(reflect(view).get("created")).toEqual(message.created);
      walk(view, ({ path, value }) => {
        if (path === "created") expect(value).toBeInstanceOf(Date);
      });
    }
  });

  it("name the field where a mapping refuses the message", () => {
    const bad = { units: 1n, cents: 100 };
    const reads: readonly (readonly [string, plain.OrderInit, (view: OrderView) => unknown])[] = [
      ["price", { price: bad }, (view) => view.price],
      ["parts[1]", { parts: [{}, bad] }, (view) => view.parts[1]],
      ['byLine["7"]', { byLine: { 7: bad } }, (view) => view.byLine.get(7)],
      ["when.after", { when: { case: "after", value: bad } }, (view) => view.when],
      ["group", { group: bad }, (view) => view.group],
      ["created", { created: { nanos: -1 } }, (view) => view.created],
      ["inner.price", { inner: { price: bad } }, (view) => view.inner!.price],
    ];
    for (const [path, init, read] of reads) {
      const view = OrderView.decode(plain.Order.encode({ ...init, count: 5 }), options);
      expect(view.count).toBe(5);
      try {
        read(view);
        expect.unreachable();
      } catch (error) {
        expect(error, path).toBeInstanceOf(DecodeError);
        expect(error).toMatchObject({ path, typeName: "test.mapped.Order" });
      }
      expect(view.count).toBe(5);
      expect(() => view.$toMessage()).toThrow(DecodeError);
    }
  });
});

describe.each(modes)("views of messages with typed arrays, %j", (options) => {
  it("read them as the message does", () => {
    const bytes = Buffer.concat([
      Arrays.encode({ doubles: [1, 2], int64s: [-1n], inner: { floats: [0.5] } }),
      Arrays.encode({ doubles: [3], sint32s: [-7], inner: { floats: [1.5] } }),
    ]);
    const view = ArraysView.decode(bytes, options);
    const doubles: Float64Array = view.doubles;
    expect(doubles).toEqual(Float64Array.of(1, 2, 3));
    expect(view.doubles).toBe(doubles);
    expect(view.int64s).toEqual(BigInt64Array.of(-1n));
    expect(view.sint32s).toEqual(Int32Array.of(-7));
    expect(view.inner!.floats).toEqual(Float32Array.of(0.5, 1.5));
    expect(view.uint32s).toEqual(new Uint32Array(0));
    expect(equals(Arrays, view.$toMessage(), Arrays.decode(bytes))).toBe(true);
    expect(toJsonString(Arrays, view)).toBe(toJsonString(Arrays, Arrays.decode(bytes)));
  });
});
