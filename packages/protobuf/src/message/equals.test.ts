import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everything } from "../fixtures/arbitrary.js";
import { Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { Implicit } from "../fixtures/gen/test/ops3.pb.js";
import { equals } from "./equals.js";
import { setUnknownFields } from "./unknown-fields.js";

function bytes(...values: number[]): { bytes: Uint8Array } {
  return { bytes: Uint8Array.from(values) };
}

describe("equals", () => {
  test("NaN equals NaN and −0 differs from 0, in every kind of field", () => {
    expect(equals(Everything, { ratio: Number.NaN }, { ratio: Number.NaN })).toBe(true);
    expect(equals(Everything, { ratio: -0 }, { ratio: 0 })).toBe(false);
    expect(equals(Everything, { ratio: -0 }, {})).toBe(false);
    expect(equals(Everything, { weight: -0 }, { weight: 0 })).toBe(false);
    expect(
      equals(Everything, { inners: [{ value: Number.NaN }] }, { inners: [{ value: Number.NaN }] }),
    ).toBe(true);
    expect(equals(Everything, { inners: [{ value: -0 }] }, { inners: [{ value: 0 }] })).toBe(false);
  });

  test("an integer field cannot tell −0 from 0, so they are equal", () => {
    expect(equals(Everything, { count: -0 }, { count: 0 })).toBe(true);
    expect(equals(Everything, { numbers: [-0] }, { numbers: [0] })).toBe(true);
  });

  test("float fields are compared as 32-bit floats", () => {
    const sent = Everything.create({ weight: 0.1 });
    expect(equals(Everything, sent, Everything.decode(Everything.encode(sent)))).toBe(true);
    expect(equals(Everything, { weight: 0.1 }, { weight: 0.2 })).toBe(false);
    expect(equals(Everything, { ratio: 0.1 }, { ratio: Math.fround(0.1) })).toBe(false);
  });

  test("the order of maps does not matter, the order of lists does", () => {
    const a = {
      counts: new Map([
        ["x", 1],
        ["y", 2],
      ]),
    };
    expect(equals(Everything, a, { counts: { y: 2, x: 1 } })).toBe(true);
    expect(equals(Everything, a, { counts: { y: 2, z: 1 } })).toBe(false);
    expect(equals(Everything, a, { counts: { y: 2 } })).toBe(false);
    expect(equals(Everything, a, { counts: { x: 1, y: 3 } })).toBe(false);
    expect(equals(Everything, { numbers: [1, 2] }, { numbers: [2, 1] })).toBe(false);
    expect(equals(Everything, { numbers: [1, 2] }, { numbers: [1] })).toBe(false);
  });

  test("bytes are compared by content", () => {
    expect(equals(Everything, { data: Uint8Array.of(1, 2) }, { data: Buffer.from([1, 2]) })).toBe(
      true,
    );
    expect(equals(Everything, { data: Uint8Array.of(1, 2) }, { data: Uint8Array.of(1, 3) })).toBe(
      false,
    );
    expect(
      equals(Everything, { chunks: [Uint8Array.of(1)] }, { chunks: [Uint8Array.of(1, 0)] }),
    ).toBe(false);
  });

  test("with explicit presence a default that is set differs from an unset field", () => {
    expect(equals(Everything, { name: "" }, {})).toBe(false);
    expect(equals(Everything, { nickname: "" }, {})).toBe(false);
    expect(equals(Everything, { inner: {} }, {})).toBe(false);
    expect(equals(Everything, { count: 0, flag: false }, {})).toBe(true);
    expect(equals(Everything, { choice: { case: "text", value: "" } }, {})).toBe(false);
  });

  test("members of a oneof differ by case and by value", () => {
    expect(
      equals(Implicit, { kind: { case: "left", value: 1 } }, { kind: { case: "right", value: 1 } }),
    ).toBe(false);
    expect(
      equals(Implicit, { kind: { case: "left", value: 1 } }, { kind: { case: "left", value: 2 } }),
    ).toBe(false);
    expect(
      equals(Implicit, { kind: { case: "left", value: 1 } }, { kind: { case: "left", value: 1 } }),
    ).toBe(true);
  });

  test("JSON objects are compared deeply, whatever the order of their keys", () => {
    const a = { attributes: { list: [1, { x: null }], flag: true } };
    expect(equals(Everything, a, { attributes: { flag: true, list: [1, { x: null }] } })).toBe(
      true,
    );
    expect(equals(Everything, a, { attributes: { flag: true, list: [1, { y: null }] } })).toBe(
      false,
    );
    expect(
      equals(Everything, a, { attributes: { flag: true, list: { 0: 1, 1: { x: null } } } }),
    ).toBe(false);
    const proto = JSON.parse('{"__proto__": 1}') as { [key: string]: number };
    expect(equals(Everything, { attributes: proto }, { attributes: {} })).toBe(false);
    expect(equals(Everything, { attributes: proto }, { attributes: { ...proto } })).toBe(true);
  });

  test("unknown fields are compared by number and order, not by how they were split", () => {
    const a = Part.create();
    const b = Part.create();
    setUnknownFields(a, [bytes(0x10, 1, 0x18, 9, 0x10, 2)]);
    expect(equals(Part, a, b)).toBe(false);
    expect(equals(Part, a, b, { ignoreUnknownFields: true })).toBe(true);
    setUnknownFields(b, [bytes(0x10, 1), bytes(0x10, 2), bytes(0x18, 9)]);
    expect(equals(Part, a, b)).toBe(true);
    setUnknownFields(b, [bytes(0x10, 2), bytes(0x10, 1), bytes(0x18, 9)]);
    expect(equals(Part, a, b)).toBe(false);
    expect(equals(Part, a, { ...a })).toBe(true);
  });

  test("unknown fields of nested messages count, too", () => {
    const a = Everything.create({ inner: {} });
    const b = Everything.create({ inner: {} });
    setUnknownFields(a.inner as object, [bytes(0x78, 1)]);
    expect(equals(Everything, a, b)).toBe(false);
    expect(equals(Everything, a, b, { ignoreUnknownFields: true })).toBe(true);
  });

  test("takes literals and spread copies, at any level", () => {
    const message = Everything.create({ name: "a", inner: { label: "b", tags: ["c"] } });
    expect(equals(Everything, message, { name: "a", inner: { label: "b", tags: ["c"] } })).toBe(
      true,
    );
    expect(equals(Everything, message, { ...message, inner: { ...message.inner } })).toBe(true);
  });

  test("a value of the wrong shape is an error with its path", () => {
    const message = Everything.create({ inners: [{}] });
    Object.assign(message.inners[0] as object, { tags: "no list" });
    expect(() => equals(Everything, message, { inners: [{ tags: ["x"] }] })).toThrow(
      /inners\[0\]\.tags/,
    );
    const cyclic = Everything.create({ inner: {} });
    (cyclic.inner as { parent: unknown }).parent = cyclic;
    expect(() =>
      equals(Everything, cyclic, { ...cyclic, inner: { parent: { ...cyclic } } }),
    ).not.toThrow();
    const other = Everything.create({ inner: {} });
    (other.inner as { parent: unknown }).parent = other;
    expect(() => equals(Everything, cyclic, other)).toThrow(/contain itself/);
  });

  test("says what the bytes of a deterministic encoding say", () => {
    const determined = (message: Everything): string =>
      Buffer.from(Everything.encode(message, { deterministic: true })).toString("hex");
    fc.assert(
      fc.property(everything(), everything(), (x, y) => {
        const a = Everything.create(x);
        const b = Everything.create(y);
        expect(equals(Everything, a, Everything.decode(Everything.encode(a)))).toBe(true);
        if (
          x.attributes === undefined &&
          y.attributes === undefined &&
          x.inner?.parent === undefined
        ) {
          expect(equals(Everything, a, b)).toBe(determined(a) === determined(b));
        }
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});
