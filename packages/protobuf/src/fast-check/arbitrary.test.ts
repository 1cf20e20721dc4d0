import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dynamicRegistry } from "../fixtures/dynamic.js";
import * as mapped from "../fixtures/gen/test/mapped.pb.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as ops2 from "../fixtures/gen/test/ops2.pb.js";
import * as ops3 from "../fixtures/gen/test/ops3.pb.js";
import * as typed from "../fixtures/gen/test/typed.pb.js";
import * as wire from "../fixtures/gen/test/wire.pb.js";
import { fromJsonString, toJson, toJsonString } from "../json/index.js";
import { equals } from "../message/equals.js";
import type { MessageType } from "../message/message-type.js";
import { unknownFields } from "../message/unknown-fields.js";
import { createRegistry } from "../reflect/registry.js";
import { walk } from "../reflect/walk.js";
import { fromText, toText } from "../text/index.js";
import * as wkt from "../wkt/index.js";
import { arbitrary } from "./index.js";

const types: readonly MessageType[] = [
  ops.Everything,
  ops.Part,
  ops2.Required,
  ops2.Set,
  ops3.Implicit,
  mapped.Order,
  typed.Arrays,
  wire.Scalars,
  wire.Lists,
  wire.Maps,
  wire.Closings,
  wire.Tree,
  wkt.Timestamp,
  wkt.Duration,
  wkt.FieldMask,
  wkt.Value,
  wkt.Struct,
  wkt.Any,
  wkt.FileDescriptorProto,
];
const registry = createRegistry(ops, ops2, ops3, wire, wkt.Timestamp, wkt.Duration, wkt.Any);

describe.each(types.map((type) => [type.typeName, type] as const))("arbitrary %s", (_, type) => {
  it("goes through every codec and comes back equal", () => {
    fc.assert(
      fc.property(arbitrary(type, { registry, unknownFields: false }), (message) => {
        expect(type.is(message)).toBe(true);
        const options = { registry };
        const copies = [
          type.decode(type.encode(message), { messageSet: true }),
          fromJsonString(type, toJsonString(type, message, options), options),
          fromText(type, toText(type, message, options), options),
        ];
        for (const copy of copies) {
          // the order of maps and extensions may differ in the bytes that an Any or an extension holds
          if (!equals(type, message, copy))
            expect(toJson(type, copy, options)).toEqual(toJson(type, message, options));
        }
      }),
      { seed: 21, numRuns: 40 },
    );
  });
});

describe("arbitrary", () => {
  it("makes the same of a dynamic type, which encodes as the generated one", () => {
    const dynamic = dynamicRegistry.message("test.wire.Tree")!;
    fc.assert(
      fc.property(arbitrary(dynamic), (message) => {
        const again = wire.Tree.decode(dynamic.encode(message));
        expect(wire.Tree.encode(again)).toEqual(dynamic.encode(message));
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it("reaches extensions, what an Any holds, unknown fields and every field", () => {
    const seen = new Set<string>();
    let anys = 0;
    let unknown = 0;
    for (const message of fc.sample(arbitrary(wkt.Any, { registry, depth: 3 }), {
      seed: 1,
      numRuns: 50,
    }))
      if (message.value.length > 0) anys++;
    for (const message of fc.sample(arbitrary(ops.Part, { registry, unknownFields: true }), {
      seed: 1,
      numRuns: 100,
    })) {
      unknown += unknownFields(message).length;
      walk(message, ({ field }) => void seen.add(field?.typeName ?? field?.name ?? ""), {
        registry,
      });
    }
    expect(anys).toBeGreaterThan(10);
    expect(unknown).toBeGreaterThan(100);
    for (const name of ["name", "test.ops.note", "test.ops.inners_extension", "test.ops.total"])
      expect(seen).toContain(name);
  });

  it("keeps to its depth", () => {
    const depthOf = (value: unknown): number => {
      let deepest = 0;
      walk(value as object, ({ path }) => {
        deepest = Math.max(deepest, path.split(".").filter((part) => part === "left").length);
      });
      return deepest;
    };
    for (const depth of [0, 1, 3]) {
      const messages = fc.sample(arbitrary(wire.Tree, { depth }), { seed: 5, numRuns: 60 });
      expect(Math.max(...messages.map(depthOf))).toBeLessThanOrEqual(depth);
    }
    expect(
      fc
        .sample(arbitrary(wire.Tree, { depth: 3 }), { seed: 5, numRuns: 60 })
        .some((m) => depthOf(m) > 1),
    ).toBe(true);
  });
});
