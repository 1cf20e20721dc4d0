import fc from "fast-check";
import { expect, it } from "vitest";
import { codes } from "../code.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { decodeEndStream, encodeEndStream } from "./end-stream.js";

const write = (...args: Parameters<typeof encodeEndStream>) =>
  new TextDecoder().decode(encodeEndStream(...args));
const read = (text: string) => decodeEndStream(new TextEncoder().encode(text), {});

it("writes success as an empty object, trailers as lists and an error as unary calls do", () => {
  expect(write(undefined, undefined)).toBe("{}");
  expect(write(undefined, new Metadata())).toBe("{}");
  const trailers = new Metadata([
    ["x-a", "1"],
    ["x-b", "2"],
    ["x-a", "3"],
    ["__proto__", "4"],
  ]);
  expect(write(undefined, trailers)).toBe(
    '{"metadata":{"x-a":["1","3"],"x-b":["2"],"__proto__":["4"]}}',
  );
  const details = [{ typeName: "a.B", value: Uint8Array.of(0) }];
  expect(write(new RpcError("aborted", "m", { details }), new Metadata({ "x-a": "1" }))).toBe(
    '{"error":{"code":"aborted","message":"m","details":[{"type":"a.B","value":"AA"}]},"metadata":{"x-a":["1"]}}',
  );
});

it("reads success with and without trailers, and passes over what it does not know", () => {
  for (const text of ["{}", '{"error":null}', '{"metadata":null}', ' {"new":1} ']) {
    const { error, trailers } = read(text);
    expect(error, text).toBeUndefined();
    expect(trailers.size).toBe(0);
  }
  const { trailers } = read('{"metadata":{"X-A":["1","2"],"x-e":[],"__proto__":["3"]}}');
  expect([...trailers]).toEqual([
    ["x-a", "1"],
    ["x-a", "2"],
    ["__proto__", "3"],
  ]);
});

it("reads an error with its place, headers and trailers", () => {
  const headers = new Metadata({ "x-h": "1" });
  const bytes = encodeEndStream(new RpcError("not_found", "no"), new Metadata({ "x-t": "2" }));
  const { error, trailers } = decodeEndStream(bytes, { headers, peer: "p:1", method: "/s/M" });
  expect(error).toMatchObject({
    code: "not_found",
    message: "not_found: p:1 (/s/M): no",
    origin: "wire",
    headers,
    trailers,
  });
  expect(trailers.get("x-t")).toBe("2");
});

it("takes an error without a code that is one as unknown, and keeps its message", () => {
  for (const code of ["null", '"foobar"', "5", '"toString"']) {
    const { error } = read(`{"error":{"code":${code},"message":"oops"}}`);
    expect(error, code).toMatchObject({ code: "unknown", rawMessage: "oops" });
  }
  expect(read('{"error":{"code":"unauthenticated"}}').error).toMatchObject({
    code: "unauthenticated",
    rawMessage: "",
  });
  for (const error of ["{}", "7", '"x"', "[]", "false", "true"]) {
    expect(read(`{"error":${error}}`).error, error).toMatchObject({ code: "unknown" });
  }
});

it.each([
  ["nothing", ""],
  ["cut JSON", '{"error":'],
  ["a list", "[]"],
  ["null", "null"],
  ["a text", '"{}"'],
  ["two objects", "{}{}"],
  ["metadata that is a list", '{"metadata":[]}'],
  ["metadata that is a text", '{"metadata":"x"}'],
  ["a value that is no list", '{"metadata":{"x-a":"1"}}'],
  ["a value that is no text", '{"metadata":{"x-a":[1]}}'],
  ["an error whose metadata is malformed", '{"error":{"code":"aborted"},"metadata":{"x-a":1}}'],
])("takes an end that is %s as an error", (_, text) => {
  const { error, trailers } = read(text);
  expect(error).toMatchObject({ code: "internal", reason: "BOWLINE_MALFORMED", origin: "wire" });
  expect(trailers.size).toBe(0);
});

it("takes invalid UTF-8 as an error", () => {
  const bytes = Uint8Array.from([...new TextEncoder().encode('{"a":"'), 0xff, 0x22, 0x7d]);
  expect(decodeEndStream(bytes, {}).error).toMatchObject({ code: "internal" });
});

it("round-trips errors and trailers", () => {
  const name = fc.stringMatching(/^x-[a-z0-9_]{1,6}$/);
  const value = fc.stringMatching(/^[ -~]{0,10}$/);
  fc.assert(
    fc.property(
      fc.option(fc.constantFrom(...codes)),
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([each]) => each }),
      (code, message, pairs) => {
        const sent = code === null ? undefined : new RpcError(code, message);
        const { error, trailers } = decodeEndStream(encodeEndStream(sent, new Metadata(pairs)), {});
        expect(error?.code).toBe(sent?.code);
        expect(error?.rawMessage).toBe(sent?.rawMessage);
        expect([...trailers]).toEqual(pairs);
      },
    ),
  );
});
