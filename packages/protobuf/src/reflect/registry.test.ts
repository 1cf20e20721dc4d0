import { describe, expect, test } from "vitest";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as ops2 from "../fixtures/gen/test/ops2.pb.js";
import type { Extension } from "../message/extension.js";
import type { MessageType } from "../message/message-type.js";
import type { Registry } from "../registry.js";
import { createRegistry } from "./registry.js";

/** A type of another copy of the schema. */
const twin = (type: MessageType): MessageType =>
  Object.create(Object.getPrototypeOf(type), Object.getOwnPropertyDescriptors(type)) as MessageType;

describe("createRegistry", () => {
  test("finds types by name, with those that they refer to and those declared inside them", () => {
    const registry = createRegistry(ops.Everything);
    expect(registry.message("test.ops.Everything")).toBe(ops.Everything);
    expect(registry.message("test.ops.Everything.Inner")).toBe(ops.Everything_Inner);
    expect(registry.message("google.protobuf.Value")?.typeName).toBe("google.protobuf.Value");
    expect(registry.message("test.ops.Part")).toBeUndefined();
    expect(registry.message("toString")).toBeUndefined();
    expect(registry.message("__proto__")).toBeUndefined();
  });

  test("finds extensions by name and by number, with their extendee and the type of their value", () => {
    const registry = createRegistry(ops.innerExtension, ops.note, ops.otherNote);
    expect(registry.extension("test.ops.note")).toBe(ops.note);
    expect(registry.extensionByNumber("test.ops.Part", 100)).toBe(ops.note);
    expect(registry.extensionByNumber("test.ops.Everything", 100)).toBe(ops.otherNote);
    expect(registry.extensionByNumber("test.ops.Part", 101)).toBeUndefined();
    expect(registry.message("test.ops.Part")).toBe(ops.Part);
    expect(registry.message("test.ops.Everything.Inner")).toBe(ops.Everything_Inner);
    expect(registry.extension("test.ops.Part")).toBeUndefined();
  });

  test("takes a generated module that a bundler made a plain object of", () => {
    const registry = createRegistry({ ...ops });
    expect(registry.message(ops.Everything.typeName)).toBe(ops.Everything);
    expect(registry.message(ops.Secret.typeName)).toBe(ops.Secret);
    expect(() => createRegistry({ a: 1, b: { c: 2 } } as never)).toThrow(TypeError);
  });

  test("takes a generated module as a whole, a file, a service, and other registries", () => {
    const registry = createRegistry(createRegistry(ops), ops2.file$test_ops2);
    expect(registry.message("test.ops.Annotated")).toBe(ops.Annotated);
    expect(registry.extension("test.ops.hint")).toBe(ops.hint);
    expect(registry.message("test.ops2.Required.Details")).toBe(ops2.Required_Details);
    expect(createRegistry(ops2.Plain.desc.file).message("test.ops2.Plain")).toBe(ops2.Plain);
    const method = { input: ops.Part.desc, output: ops.Empty.desc };
    const service = { desc: { kind: "service", methods: [method] } } as never;
    expect(createRegistry(service).message("test.ops.Empty")).toBe(ops.Empty);
  });

  test("the same thing twice is no conflict", () => {
    const registry = createRegistry(
      ops.Everything,
      ops,
      ops.Everything,
      createRegistry(ops.note),
      ops.note,
    );
    expect(registry.extension("test.ops.note")).toBe(ops.note);
  });

  test("two things of one name are an error that names it, in registries too", () => {
    const other = twin(ops.Part);
    expect(() => createRegistry(ops.Part, other)).toThrow(
      /two different things are named test\.ops\.Part:/,
    );
    expect(() => createRegistry(createRegistry(ops.Part), createRegistry(other))).toThrow(
      /test\.ops\.Part/,
    );
    const note: Extension = { ...ops.note, desc: ops.note.desc };
    expect(() => createRegistry(ops.note, note)).toThrow(/test\.ops\.note/);
    const renamed: Extension = { ...ops.note, desc: ops.note.desc, typeName: "test.ops.other" };
    expect(() => createRegistry(ops.note, renamed)).toThrow(
      "the extensions test.ops.other and test.ops.note of test.ops.Part both have the number 100",
    );
  });

  test("a registry made elsewhere is asked for what is not here, and checked against it", () => {
    const foreign: Registry = {
      message: (name) => (name === "test.ops.Part" ? ops.Part : undefined),
      extension: (name) => (name === "test.ops.note" ? ops.note : undefined),
      extensionByNumber: (extendee, number) =>
        extendee === "test.ops.Part" && number === 100 ? ops.note : undefined,
    };
    const registry = createRegistry(ops.Empty, createRegistry(foreign));
    expect(registry.message("test.ops.Part")).toBe(ops.Part);
    expect(registry.extension("test.ops.note")).toBe(ops.note);
    expect(registry.extensionByNumber("test.ops.Part", 100)).toBe(ops.note);
    expect(registry.message("test.ops.Empty")).toBe(ops.Empty);
    expect(() => createRegistry(twin(ops.Part), foreign)).toThrow(/test\.ops\.Part/);
  });

  test("what is none of these is an error", () => {
    for (const item of [undefined, null, 5, "test.ops.Part", {}, ops.Part$, ops.Color]) {
      expect(() => createRegistry(item as never)).toThrow(/a registry takes message types/);
    }
  });
});
