import { expect, test } from "vitest";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as ops2 from "../fixtures/gen/test/ops2.pb.js";
import { random, randomInit } from "../fixtures/random.js";
import {
  FileDescriptorProto,
  FileDescriptorSet,
  file$google_protobuf_descriptor,
} from "../gen/google/protobuf/descriptor.pb.js";
import { equals } from "../message/equals.js";
import type { MessageType } from "../message/message-type.js";
import { createRegistry } from "../reflect/index.js";
import { Any, anyPack } from "../wkt/index.js";
import { fromYaml, toYaml } from "../yaml/index.js";
import { fromText, toText } from "./index.js";

const files = new Set([
  ops.file$test_ops.desc,
  ops2.file$test_ops2.desc,
  file$google_protobuf_descriptor.desc,
]);
for (const file of files) for (const dependency of file.dependencies) files.add(dependency);
const registry = createRegistry(
  FileDescriptorSet.encode({
    file: [...files].map((file) => FileDescriptorProto.decode(file.bytes)),
  }),
);

test("dynamic messages have the text and the YAML of generated ones", () => {
  const r = random(10);
  for (const type of [ops.Everything, ops.Secret, ops2.Required] as readonly MessageType[]) {
    const dynamic = registry.message(type.typeName)!;
    for (let i = 0; i < 30; i++) {
      const value = type.create(randomInit(r, type.desc, 2));
      const bytes = type.encode(value, { allowPartial: true });
      const text = toText(type, value);
      const read = dynamic.decode(bytes, { allowPartial: true });
      expect(toText(dynamic, read)).toBe(text);
      const back = dynamic.encode(fromText(dynamic, text, { allowPartial: true }), {
        allowPartial: true,
      });
      expect(equals(type, type.decode(back, { allowPartial: true }), value)).toBe(true);
    }
  }
});

test("extensions, groups, Any and reserved names are found through a registry of a descriptor set", () => {
  const Part = registry.message("test.ops.Part")!;
  const part = fromText(Part, '[test.ops.note]: "n" [test.ops.marks]: [1, 2]', { registry });
  expect(toText(Part, part, { registry, singleLine: true })).toBe(
    '[test.ops.note]: "n" [test.ops.marks]: 1 [test.ops.marks]: 2',
  );
  const set = fromText(registry.message("test.ops2.Set")!, '[test.ops2.Item] { text: "x" }', {
    registry,
  });
  expect(toText(registry.message("test.ops2.Set")!, set, { registry, singleLine: true })).toBe(
    '[test.ops2.Item] { text: "x" }',
  );
  const Options = registry.message("google.protobuf.FileOptions")!;
  expect(toText(Options, fromText(Options, "php_generic_services: true java_package: 'j'"))).toBe(
    'java_package: "j"\n',
  );
  const Everything = registry.message("test.ops.Everything")!;
  const any = anyPack(Everything, Everything.create({ count: 3 }));
  expect(toText(Any, any, { registry, singleLine: true })).toBe(
    "[type.googleapis.com/test.ops.Everything] { count: 3 }",
  );
  expect(toYaml(Everything, fromYaml(Everything, "count: 3\nbyId: {1: {label: a}}"))).toBe(
    'count: 3\nbyId:\n  "1":\n    label: a\n',
  );
});
