import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitrary } from "../fast-check/index.js";
import { Order } from "../fixtures/mapped/gen/test/mapped.pb.js";
import { fromJsonString, toJsonString } from "../json/index.js";
import { equals } from "../message/equals.js";
import { fromText, toText } from "../text/index.js";
import { fieldMaskApply } from "../wkt/field-mask.js";
import { fromYaml, toYaml } from "../yaml/index.js";
import { diff } from "./diff.js";
import { maskOf } from "./mask.js";
import { reflect } from "./reflection.js";
import { walk } from "./walk.js";

const message = (): Order =>
  Order.create({
    created: new Date(5),
    changed: [new Date(6)],
    marks: { a: new Date(7) },
    when: { case: "after", value: "1.50" },
    price: "2.00",
    name: { text: "n" },
  });

describe("fields of mapped types", () => {
  it("are read and set as their values", () => {
    const order = message();
    const reflection = reflect(order);
    expect(reflection.get("created")).toBe(order.created);
    expect(reflection.get("after")).toBe("1.50");
    reflection.set("price", "3.00");
    expect(order.price).toBe("3.00");
    expect(() => reflection.set("price", 3)).toThrow("field price: expected a decimal");
    reflection.clear("created");
    expect(order.created).toBeUndefined();
    expect([...reflection.fields()].map(([field]) => field.name)).toEqual([
      "changed",
      "marks",
      "after",
      "price",
      "name",
    ]);
  });

  it("are leaves of a walk", () => {
    const seen: [string, unknown, unknown][] = [];
    walk(message(), ({ path, value, desc }) => void seen.push([path, value, desc]));
    expect(seen.slice(1)).toEqual([
      ["created", new Date(5), undefined],
      ["changed[0]", new Date(6), undefined],
      ['marks["a"]', new Date(7), undefined],
      ["when.after", "1.50", undefined],
      ["price", "2.00", undefined],
      ["name", { text: "n" }, undefined],
    ]);
  });

  it("differ where their mapping says so", () => {
    expect(diff(message(), message())).toEqual([]);
    const other = message();
    other.created = new Date(9);
    other.changed.push(new Date(10));
    other.marks.set("a", new Date(11));
    other.price = undefined;
    expect(diff(message(), other).map(({ path, before, after }) => [path, before, after])).toEqual([
      ["created", new Date(5), new Date(9)],
      ["changed[1]", undefined, new Date(10)],
      ['marks["a"]', new Date(7), new Date(11)],
      ["price", "2.00", undefined],
    ]);
    expect(maskOf(other, message()).paths).toEqual(["changed", "created", "marks", "price"]);
  });

  it("end the paths of a mask", () => {
    expect(maskOf(message()).paths).toContain("created");
    const mask = { paths: ["created", "price"] };
    expect(fieldMaskApply(Order, mask, message())).toEqual(
      Order.create({ created: new Date(5), price: "2.00" }),
    );
    expect(() => fieldMaskApply(Order, { paths: ["created.seconds"] }, message())).toThrow(
      "created is not a message field that a path can go through",
    );
  });

  it("are made by arbitrary, and come back through every codec", () => {
    let dates = 0;
    fc.assert(
      fc.property(arbitrary(Order), (order) => {
        if (order.created !== undefined) dates++;
        for (const copy of [
          Order.decode(Order.encode(order)),
          fromJsonString(Order, toJsonString(Order, order)),
          fromText(Order, toText(Order, order)),
          fromYaml(Order, toYaml(Order, order)),
        ])
          expect(equals(Order, order, copy)).toBe(true);
        expect(diff(order, Order.decode(Order.encode(order)))).toEqual([]);
      }),
      { seed: 41, numRuns: 60 },
    );
    expect(dates).toBeGreaterThan(10);
  });
});
