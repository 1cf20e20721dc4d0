import { expect, test } from "vitest";
import { DecodeError } from "../errors.js";
import { Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { createRegistry } from "../reflect/index.js";
import { Any, anyIs, anyPack, anyUnpack } from "./index.js";

test("a message is packed with its type and comes out again", () => {
  const any = anyPack(Everything, { name: "n", inner: { label: "l" } });
  expect(any.typeUrl).toBe("type.googleapis.com/test.ops.Everything");
  expect(Any.is(any)).toBe(true);
  expect(anyUnpack(any, Everything)).toEqual(
    Everything.create({ name: "n", inner: { label: "l" } }),
  );
  expect(anyUnpack(any, createRegistry(Part, Everything))).toEqual(anyUnpack(any, Everything));
  expect(anyPack(Part, {}, "example.com/types").typeUrl).toBe("example.com/types/test.ops.Part");
});

test("another type is no error, wrong bytes are", () => {
  const any = anyPack(Everything, {});
  expect(anyUnpack(any, Part)).toBeUndefined();
  expect(anyUnpack(any, createRegistry(Part))).toBeUndefined();
  expect(() => anyUnpack({ typeUrl: any.typeUrl, value: Uint8Array.of(0xff) }, Everything)).toThrow(
    DecodeError,
  );
  expect(() => anyPack(Everything, { name: 1 as never })).toThrow("name");
});

test("the last part of the type URL is the type", () => {
  expect(anyIs({ typeUrl: "a/b/test.ops.Part", value: new Uint8Array() }, Part)).toBe(true);
  expect(anyIs({ typeUrl: "a/test.ops.Part", value: new Uint8Array() }, "test.ops.Part")).toBe(
    true,
  );
  for (const typeUrl of ["test.ops.Part", "", "/", "a/test.ops.Parts", "a/xtest.ops.Part"]) {
    expect(anyIs({ typeUrl, value: new Uint8Array() }, Part)).toBe(false);
    expect(anyIs({ typeUrl, value: new Uint8Array() }, "")).toBe(false);
  }
});
