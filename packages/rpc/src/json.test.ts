import { expect, it } from "vitest";
import { Method } from "./fixtures/echo-service.js";
import { createJsonCodec, jsonCodec } from "./json.js";
import { ChunkSink } from "./transport/byte-sink.js";

function decode(codec: typeof jsonCodec, text: string): Method {
  const bytes = new TextEncoder().encode(`..${text}..`);
  return codec.decode(Method, bytes, 2, bytes.length - 2);
}

it("reads in place and passes over unknown fields, unless told to be strict", () => {
  const text = '{"name":"a","addedLater":{"x":[1,{}]}}';
  expect(decode(jsonCodec, text).name).toBe("a");
  const strict = createJsonCodec({ read: { ignoreUnknownFields: false } });
  expect(() => decode(strict, text)).toThrow(/addedLater/);
});

it("writes messages and literals alike, with the write options it was given", () => {
  const write = (codec: typeof jsonCodec, message: unknown) => {
    const sink = new ChunkSink();
    codec.encode(Method, message, sink);
    return new TextDecoder().decode(sink.toBytes());
  };
  const literal = { requestTypeUrl: "a", options: [{ name: "b" }] };
  const text = '{"requestTypeUrl":"a","options":[{"name":"b"}]}';
  expect(write(jsonCodec, literal)).toBe(text);
  expect(write(jsonCodec, Method.create(literal))).toBe(text);
  const protoNames = createJsonCodec({ write: { protoNames: true } });
  expect(write(protoNames, literal)).toContain('"request_type_url":"a"');
});

it("refuses a misspelt field of a literal by its path", () => {
  const sink = new ChunkSink();
  const literal = { options: [{}, { nmae: "x" }] };
  expect(() => jsonCodec.encode(Method, literal, sink)).toThrow(/options\[1\]/);
  expect(sink.length).toBe(0);
});
