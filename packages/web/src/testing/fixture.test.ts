import { equals, type MessageType } from "@bowline/protobuf";
import { fromJsonString, toJsonString } from "@bowline/protobuf/json";
import * as wkt from "@bowline/protobuf/wkt";
import { expect, expectTypeOf, it } from "vitest";
import { fixture } from "./fixture.js";

const { FieldDescriptorProto, FileDescriptorProto, Method, Type } = wkt;

const types = (Object.values(wkt) as unknown[]).filter(
  (each): each is MessageType =>
    typeof each === "object" && each !== null && "typeName" in each && "create" in each,
);

it("fills every field, with what says where it is", () => {
  const method = fixture(Method);
  expectTypeOf(method).toEqualTypeOf<wkt.Method>();
  expect(method.name).toMatch(/^name \d+$/);
  expect(method.requestTypeUrl).toMatch(/^request_type_url \d+$/);
  expect(method.requestStreaming).toBe(true);
  expect(method.options).toHaveLength(2);
  expect(method.options[0]?.name).toMatch(/^name \d+$/);
  expect(method.syntax).not.toBe(0);
});

it("is the same for the same seed, and another for another", () => {
  expect(fixture(Type)).toEqual(fixture(Type));
  expect(fixture(Type, {}, { seed: 7 })).toEqual(fixture(Type, {}, { seed: 7 }));
  expect(fixture(Type, {}, { seed: 7 })).not.toEqual(fixture(Type));
  expect(fixture(Method).name).toBe("name 627");
});

it("takes overrides as they are, and leaves out what is undefined", () => {
  const proto = fixture(FieldDescriptorProto, { name: "mine", options: undefined });
  expect(proto.name).toBe("mine");
  expect(proto.options).toBeUndefined();
  expect(proto.jsonName).toMatch(/^json_name \d+$/);
  expect(() => fixture(Method, { nam: "x" } as never)).toThrow(/has no field "nam"/);
});

it("ends where types hold themselves, at the depth that is asked for", () => {
  const deep = (depth: number) => fixture(FileDescriptorProto, {}, { depth });
  expect(deep(0).messageType).toEqual([]);
  expect(deep(1).messageType[0]?.nestedType).toEqual([]);
  expect(deep(2).messageType[0]?.nestedType[0]?.nestedType).toEqual([]);
  expect(deep(2).messageType[0]?.nestedType).toHaveLength(2);
});

it.each(types.map((type) => [type.typeName, type] as const))(
  "makes a %s that can be sent, in binary and in JSON",
  (_, type) => {
    const message = fixture(type);
    expect(equals(type, type.decode(type.encode(message)), message)).toBe(true);
    expect(equals(type, fromJsonString(type, toJsonString(type, message)), message)).toBe(true);
  },
);

it("covers all the well-known types", () => {
  expect(types.length).toBeGreaterThan(40);
});
