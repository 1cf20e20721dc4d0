import { describe, expect, it } from "vitest";
import { SchemaError } from "../descriptor/schema-error.js";
import { DecodeError, EncodeError } from "../errors.js";
import { setOf } from "../fixtures/dynamic.js";
import { file$test_ops } from "../fixtures/gen/test/ops.pb.js";
import { file$test_ops2 } from "../fixtures/gen/test/ops2.pb.js";
import { file$test_wire } from "../fixtures/gen/test/wire.pb.js";
import { random, randomInit } from "../fixtures/random.js";
import {
  DescriptorProto,
  type FileDescriptorProtoInit,
  FileDescriptorSet,
} from "../gen/google/protobuf/descriptor.pb.js";
import { createRegistry } from "./registry.js";
import type { SchemaRegistry } from "./type-registry.js";

const load = (file: readonly FileDescriptorProtoInit[]): SchemaRegistry =>
  createRegistry(FileDescriptorSet.create({ file }));

/** How long a set takes that is refused or not. */
function timed(file: readonly FileDescriptorProtoInit[]): {
  readonly ms: number;
  readonly error: string;
} {
  const set = FileDescriptorSet.create({ file });
  const start = performance.now();
  let error = "";
  try {
    createRegistry(set);
  } catch (thrown) {
    if (!SchemaError.is(thrown)) throw thrown;
    error = thrown.message;
  }
  return { ms: performance.now() - start, error };
}

describe("hostile sets", () => {
  const chain = (n: number, more: FileDescriptorProtoInit = {}): FileDescriptorProtoInit[] =>
    Array.from({ length: n }, (_, i) => ({
      name: `f${i}`,
      ...(i === 0 ? {} : { dependency: [`f${i - 1}`] }),
      ...more,
    }));

  it("may have longer chains of imports than a stack is deep, in any order", () => {
    const files = chain(10_000);
    expect(load(files).files).toHaveLength(10_000);
    expect(load([...files].reverse()).files[0]?.name).toBe("f0");
  });

  it("are refused for circles of any length, in a line of text", () => {
    const files = chain(10_000);
    files[0] = { name: "f0", dependency: ["f9999"] };
    const { error } = timed(files);
    expect(error).toMatch(
      /the files import one another in a circle: f0 → f9999 → f9998 → f9997 → … → f2 → f1 → f0/,
    );
  });

  it("are refused where public imports lead so far that following them would take long", () => {
    const files = chain(3000).map((file, i) => ({
      ...file,
      publicDependency: i === 0 ? [] : [0],
      messageType: [
        {
          name: `M${i}`,
          ...(i < 2
            ? {}
            : { field: [{ name: "a", number: 1, label: 1, type: 11, typeName: ".M0" } as const] }),
        },
      ],
    }));
    const { ms, error } = timed(files);
    expect(error).toMatch(/public imports lead too far/);
    expect(ms).toBeLessThan(10_000);
    expect(timed(files.slice(0, 200)).error).toBe("");
  });

  it("are refused for messages nested without end", () => {
    let message = DescriptorProto.create({ name: "M" });
    for (let i = 0; i < 150; i++)
      message = DescriptorProto.create({ name: "M", nestedType: [message] });
    expect(timed([{ name: "a", messageType: [message] }]).error).toBe(
      "a: message M is nested deeper than 100 levels",
    );
  });

  it("take time in proportion to their size", () => {
    const fields = Array.from({ length: 8_000 }, (_, i) => ({
      name: `f${i}`,
      number: i + 1,
      label: 1 as const,
      type: 9 as const,
    }));
    const range = [{ start: 1, end: 19_000 }];
    const sets: FileDescriptorProtoInit[] = [
      { name: "fields", messageType: [{ name: "M", field: fields }] },
      {
        name: "extensions",
        messageType: [{ name: "M", extensionRange: range }],
        extension: fields.map((field) => ({ ...field, extendee: ".M" })),
      },
      {
        name: "values",
        enumType: [{ name: "E", value: fields.map(({ name }, i) => ({ name, number: i })) }],
      },
      {
        name: "required at the end of a chain",
        messageType: fields.map(({ name }, i) => ({
          name,
          field: [
            i === fields.length - 1
              ? { name: "r", number: 1, label: 2, type: 9 }
              : { name: "n", number: 1, label: 1, type: 11, typeName: `.f${i + 1}` },
          ],
        })),
      },
    ];
    for (const file of sets) {
      const { ms, error } = timed([file]);
      expect(error).toBe("");
      expect(ms, file.name).toBeLessThan(20_000);
    }
  }, 120_000);

  it("throw nothing but their own errors, however their bytes are mutated; what is accepted works", () => {
    const r = random(99);
    const whole = FileDescriptorSet.encode(
      setOf(file$test_ops.desc, file$test_ops2.desc, file$test_wire.desc),
    );
    const small = FileDescriptorSet.encode(setOf(file$test_ops2.desc));
    let accepted = 0;
    let used = 0;
    const rounds = 1500;
    for (let n = 0; n < rounds; n++) {
      const bytes = (n % 10 === 0 ? whole : small).slice();
      for (let k = r(4) === 0 ? 2 : 1; k > 0; k--) {
        const at = r(bytes.length);
        bytes[at] = r(3) === 0 ? r(256) : bytes[at]! ^ (1 << r(8));
      }
      let registry: SchemaRegistry;
      try {
        registry = createRegistry(bytes);
      } catch (error) {
        if (!SchemaError.is(error) && !DecodeError.is(error)) throw error;
        continue;
      }
      accepted++;
      for (const desc of registry.files.flatMap((file) => file.messages)) {
        const type = registry.message(desc.typeName)!;
        try {
          const made = type.encode(randomInit(r, desc, 1), { allowPartial: true });
          expect(
            type.encode(type.decode(made, { allowPartial: true }), { allowPartial: true }),
          ).toHaveLength(made.length);
          used++;
        } catch (error) {
          if (!EncodeError.is(error)) throw error;
        }
      }
    }
    expect(accepted).toBeGreaterThan(rounds / 20);
    expect(rounds - accepted).toBeGreaterThan(rounds / 10);
    expect(used).toBeGreaterThan(accepted);
  }, 120_000);
});
