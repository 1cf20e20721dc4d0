import { describe, expect, it } from "vitest";
import { dynamicRegistry } from "../fixtures/dynamic.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import { Any } from "../gen/google/protobuf/any.pb.js";
import { setExtension } from "../message/extension-access.js";
import { anyPack } from "../wkt/any.js";
import { createRegistry } from "./registry.js";
import { type WalkOptions, walk } from "./walk.js";

const message = {
  name: "Ada",
  numbers: [1, 2],
  inners: [{ label: "a" }, { parent: { name: "deep" } }],
  counts: { 'a"b': 1 },
  byId: [[7n, { tags: ["t"] }]],
  choice: { case: "message", value: { label: "m" } },
};

function paths(value: object, options?: WalkOptions): string[] {
  const found: string[] = [];
  walk(value, ({ path }) => void found.push(path), options);
  return found;
}

describe("walk", () => {
  it("visits what is set, outer values first, with paths as errors have them", () => {
    const wanted = [
      "",
      "name",
      "inners[0]",
      "inners[0].label",
      "inners[1]",
      "inners[1].parent",
      "inners[1].parent.name",
      "numbers[0]",
      "numbers[1]",
      'counts["a\\"b"]',
      'byId["7"]',
      'byId["7"].tags[0]',
      "choice.message",
      "choice.message.label",
    ];
    for (const type of [ops.Everything, dynamicRegistry.message("test.ops.Everything")!])
      expect(paths(type.create(message as never) as object).sort()).toEqual([...wanted].sort());
  });

  it("tells field, index, key and descriptor, and does not go where it is told not to", () => {
    const seen: string[] = [];
    walk(ops.Everything.create(message as never), ({ path, field, index, key, value, desc }) => {
      seen.push(`${path}|${field?.name}|${index}|${String(key)}|${desc?.name}|${typeof value}`);
      return field?.name !== "inners" && field?.name !== "by_id";
    });
    expect(seen).toContain("|undefined|undefined|undefined|Everything|object");
    expect(seen).toContain("inners[1]|inners|1|undefined|Inner|object");
    expect(seen).toContain('byId["7"]|by_id|undefined|7|Inner|object');
    expect(seen.some((line) => line.startsWith("inners[1].parent"))).toBe(false);
  });

  it("goes on in an Any and in extensions where a registry knows them", () => {
    const part = ops.Part.create({ name: "p" });
    setExtension(part, ops.note, "n");
    setExtension(part, ops.innersExtension, [ops.Everything_Inner.create({ label: "x" })]);
    const any = anyPack(ops.Part, part);
    expect(paths(any)).toEqual(["", "typeUrl", "value"]);
    expect(paths(any, { registry: createRegistry(ops) })).toEqual([
      "",
      "typeUrl",
      "value",
      "[test.ops.Part]",
      "[test.ops.Part].name",
      "[test.ops.Part].[test.ops.note]",
      "[test.ops.Part].[test.ops.inners_extension][0]",
      "[test.ops.Part].[test.ops.inners_extension][0].label",
    ]);
  });

  it("ends at the depth limit, in an Any too", () => {
    const loop = ops.Everything_Inner.create();
    loop.parent = ops.Everything.create({ inner: loop });
    expect(() => paths(loop)).toThrow(/nested deeper than options\.depth/);
    let any = anyPack(ops.Part, { name: "core" });
    for (let i = 0; i < 120; i++) any = anyPack(Any, any);
    expect(() => paths(any, { registry: createRegistry(Any, ops.Part) })).toThrow(
      /nested deeper than options\.depth/,
    );
    const inner = ops.Everything.create({ inner: { parent: {} } });
    expect(() => paths(inner, { depth: 2 })).toThrow(/depth/);
    expect(paths(inner, { depth: 3 })).toEqual(["", "inner", "inner.parent"]);
  });
});
