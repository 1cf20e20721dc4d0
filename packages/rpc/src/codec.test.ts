import { Api, Method, Struct } from "@bowline/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { binaryCodec } from "./codec.js";
import { ChunkSink } from "./transport/byte-sink.js";

function encode(type: typeof Api | typeof Method | typeof Struct, value: unknown): Uint8Array {
  const sink = new ChunkSink();
  binaryCodec.encode(type as typeof Api, value, sink);
  return sink.toBytes();
}

describe("the binary codec", () => {
  it.each([
    ["nothing", {}],
    ["fields that are not set", { name: undefined, version: "1" }],
    ["a list of literals", { methods: [{ name: "a" }, Method.create({ name: "b" })] }],
    ["a literal for a message", { name: "x", sourceContext: { fileName: "f" } }],
    ["a spread copy", { ...Api.create({ name: "x" }), version: "2" }],
    ["an object without a prototype", Object.assign(Object.create(null), { name: "x" })],
  ])("writes a literal of %s as the type does", (_, value) => {
    expect(encode(Api, value)).toEqual(Api.encode(value as never));
  });

  it("writes an object in the place of a map", () => {
    const value = { fields: { a: { kind: { case: "stringValue", value: "b" } } } };
    expect(encode(Struct, value)).toEqual(Struct.encode(value as never));
  });

  it("keeps the unknown fields of a spread copy", () => {
    const copy = { ...Method.decode(Uint8Array.of(0xf8, 0x07, 1)), name: "x" };
    expect(encode(Method, copy)).toEqual(Method.encode(copy));
  });

  it.each([
    ["a wrong value", { name: 5 }],
    ["a wrong value in a list", { methods: [{ name: "a" }, { name: 5 }] }],
    ["an unknown field", { nane: "a" }],
    ["a name of every object", JSON.parse('{ "__proto__": 1 }')],
    ["a list", []],
    ["a text", "a"],
  ])("says of %s what the type says", (_, value) => {
    const thrownBy = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    };
    const wanted = thrownBy(() => Api.encode(value as never));
    expect(wanted).toBeInstanceOf(Error);
    expect(thrownBy(() => encode(Api, value))).toEqual(wanted);
  });
});
