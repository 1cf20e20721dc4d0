import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitrary } from "../fast-check/index.js";
import { setOf } from "../fixtures/dynamic.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as wire from "../fixtures/gen/test/wire.pb.js";
import { FileDescriptorSet, FileDescriptorSetView } from "../gen/google/protobuf/descriptor.pb.js";
import type { MessageType } from "../message/message-type.js";
import { diff } from "./diff.js";
import { applyMask, maskOf } from "./mask.js";
import { reflect } from "./reflection.js";
import { createRegistry } from "./registry.js";
import { walk } from "./walk.js";

const kinds = [
  ["Everything", ops.Everything, ops.EverythingView],
  ["Tree", wire.Tree, wire.TreeView],
  ["Maps", wire.Maps, wire.MapsView],
  ["Lists", wire.Lists, wire.ListsView],
] as const;

const ways = ["eager", "on-access"] as const;

describe.each(kinds)("views of %s", (_, type, viewType) => {
  it("reflect, walk, compare and mask as their messages do", () => {
    const messages = arbitrary(type as MessageType, {
      unknownFields: true,
    }) as fc.Arbitrary<object>;
    fc.assert(
      fc.property(messages, messages, fc.constantFrom(...ways), (message, other, validate) => {
        const view = viewType.decode(type.encode(message as never), { validate }) as object;
        const r = reflect(view);
        expect(r.readOnly).toBe(true);
        expect(r.type).toBe(type);
        const set = (value: object): string[] =>
          [...reflect(value).fields()].map(([field]) => field.name);
        expect(set(view)).toEqual(set(message));
        for (const oneof of type.desc.oneofs)
          expect(r.which(oneof)).toBe(reflect(message).which(oneof));
        const paths = (value: object): string[] => {
          const found: string[] = [];
          walk(value, ({ path }) => void found.push(path));
          return found.sort();
        };
        expect(paths(view)).toEqual(paths(message));
        expect(diff(message, view)).toEqual([]);
        expect(diff(view, message)).toEqual([]);
        expect(diff(view, other).map(({ path }) => path)).toEqual(
          diff(message, other).map(({ path }) => path),
        );
        expect(maskOf(view).paths).toEqual(maskOf(message).paths);
        expect(maskOf(other, view).paths).toEqual(maskOf(other, message).paths);
        expect(diff(applyMask(view, maskOf(view)), applyMask(message, maskOf(message)))).toEqual(
          [],
        );
      }),
      { seed: 31, numRuns: 40 },
    );
  });
});

describe("a view", () => {
  it("of a descriptor set makes a registry", () => {
    const bytes = FileDescriptorSet.encode(setOf(ops.Part.desc.file));
    for (const validate of ways) {
      const view = FileDescriptorSetView.decode(bytes, { validate });
      const type = createRegistry(view as never).message("test.ops.Part")!;
      expect(type.decode(type.encode({ name: "x" }))).toMatchObject({ name: "x" });
    }
  });

  it("is not written", () => {
    const r = reflect(ops.EverythingView.decode(ops.Everything.encode({ name: "Ada" })));
    expect(r.get("name")).toBe("Ada");
    expect(() => r.set("name", "B")).toThrow(/read-only/);
    expect(() => r.clear("name")).toThrow(/read-only/);
    expect(r.get("name")).toBe("Ada");
  });
});
