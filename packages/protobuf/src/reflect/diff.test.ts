import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitrary } from "../fast-check/index.js";
import { dynamicRegistry } from "../fixtures/dynamic.js";
import { Order } from "../fixtures/gen/test/mapped.pb.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import { Arrays } from "../fixtures/gen/test/typed.pb.js";
import { Tree } from "../fixtures/gen/test/wire.pb.js";
import { clone } from "../message/clone.js";
import { equals } from "../message/equals.js";
import type { MessageType } from "../message/message-type.js";
import { setUnknownFields } from "../message/unknown-fields.js";
import { diff } from "./diff.js";
import { applyMask, maskOf } from "./mask.js";

describe("diff", () => {
  it("names each field that differs, with its values", () => {
    const before = ops.Everything.create({
      name: "a",
      numbers: [1, 2],
      inner: { label: "x", tags: ["t"] },
      counts: { gone: 1, kept: 2 },
      choice: { case: "text", value: "t" },
    });
    const after = ops.Everything.create({
      count: 3,
      numbers: [1],
      inner: { label: "y", tags: ["t"] },
      counts: { kept: 5 },
      choice: { case: "message", value: { label: "m" } },
    });
    const found = diff(before, after).map(({ path, before: x, after: y }) => [path, x, y]);
    expect(found).toHaveLength(8);
    expect(found).toEqual(
      expect.arrayContaining([
        ["name", "a", undefined],
        ["count", undefined, 3],
        ["numbers[1]", 2, undefined],
        ["inner.label", "x", "y"],
        ['counts["gone"]', 1, undefined],
        ['counts["kept"]', 2, 5],
        ["choice.text", "t", undefined],
        ["choice.message", undefined, ops.Everything_Inner.create({ label: "m" })],
      ]),
    );
  });

  it("is empty if, and only if, the messages are equal", () => {
    const types: readonly MessageType[] = [
      ops.Everything,
      Tree,
      Order,
      Arrays,
      dynamicRegistry.message("test.wire.Tree")!,
    ];
    for (const type of types) {
      const messages: fc.Arbitrary<object> = arbitrary(type, { unknownFields: true });
      fc.assert(
        fc.property(messages, messages, (a, b) => {
          expect(diff(a, clone(type, a as never) as object)).toEqual([]);
          expect(diff(a, b).length === 0).toBe(equals(type, a as never, b as never));
        }),
        { seed: 8, numRuns: 60 },
      );
    }
  });

  it("compares messages of a generated and a dynamic type, but not of two types", () => {
    const dynamic = dynamicRegistry.message("test.ops.Part")!.create({ name: "x" });
    expect(diff(ops.Part.create({ name: "x" }), dynamic)).toEqual([]);
    expect(diff(ops.Part.create({ name: "y" }), dynamic).map(({ path }) => path)).toEqual(["name"]);
    expect(() => diff(ops.Part.create(), ops.Empty.create())).toThrow(
      "diff takes two messages of one type, got test.ops.Part and test.ops.Empty",
    );
  });

  it("counts unknown fields unless told otherwise", () => {
    const [a, b] = [ops.Empty.create(), ops.Empty.create()];
    setUnknownFields(b, [{ bytes: Uint8Array.of(8, 1) }]);
    expect(diff(a, b)).toMatchObject([{ path: "", field: undefined, before: [] }]);
    expect(diff(a, b, { ignoreUnknownFields: true })).toEqual([]);
  });
});

describe("masks", () => {
  const message = ops.Everything.create({
    name: "a",
    numbers: [1],
    inner: { label: "x", parent: { name: "deep" } },
    choice: { case: "message", value: {} },
  });

  it("maskOf names what is set, as deep as paths can go", () => {
    expect(maskOf(message).paths).toEqual([
      "inner.label",
      "inner.parent.name",
      "message",
      "name",
      "numbers",
    ]);
  });

  it("maskOf with a base names what an update has to", () => {
    const after = clone(ops.Everything, message);
    after.inner!.parent!.name = "deeper";
    after.numbers.push(2);
    after.choice = { case: "text", value: "t" };
    expect(maskOf(after, message).paths).toEqual([
      "inner.parent.name",
      "message",
      "numbers",
      "text",
    ]);
    expect(maskOf(message, message).paths).toEqual([]);
  });

  it("applyMask takes over what the mask covers", () => {
    expect(applyMask(message, { paths: ["inner.label", "numbers"] })).toEqual(
      ops.Everything.create({ inner: { label: "x" }, numbers: [1] }),
    );
    fc.assert(
      fc.property(arbitrary(ops.Everything), (any) => {
        expect(equals(ops.Everything, applyMask(any, maskOf(any)) as ops.Everything, any)).toBe(
          true,
        );
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});
