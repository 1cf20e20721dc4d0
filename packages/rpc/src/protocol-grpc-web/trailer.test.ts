import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeTrailers, encodeTrailers } from "./trailer.js";

function read(text: string): [string, string][] {
  const bytes = new TextEncoder().encode(`??${text}?`);
  return [...decodeTrailers(bytes, 2, bytes.length - 1)];
}

it("writes a line for each field", () => {
  const block = encodeTrailers(["grpc-status", "0", "x-a", "1", "x-a", ""]);
  expect(new TextDecoder().decode(block)).toBe("grpc-status: 0\r\nx-a: 1\r\nx-a: \r\n");
  expect(encodeTrailers([])).toEqual(new Uint8Array());
});

it("reads names of any case, values with and without space around them, and repeated names", () => {
  expect(read("Grpc-Status: 9\r\ngRPC-Message:a: b \r\nx-a:\t1\r\nX-A: 2\r\nx-e:\r\n")).toEqual([
    ["grpc-status", "9"],
    ["grpc-message", "a: b"],
    ["x-a", "1"],
    ["x-a", "2"],
    ["x-e", ""],
  ]);
});

it("reads a block whose last line has no end, one with a blank line behind it, and none", () => {
  expect(read("grpc-status: 0")).toEqual([["grpc-status", "0"]]);
  expect(read("grpc-status: 0\r\n\r\n")).toEqual([["grpc-status", "0"]]);
  expect(read("")).toEqual([]);
});

it("keeps names that objects inherit", () => {
  expect(read("__proto__: a\r\nconstructor: b\r\n")).toEqual([
    ["__proto__", "a"],
    ["constructor", "b"],
  ]);
});

it.each([
  ["no colon", "grpc-status 0\r\n"],
  ["no name", ": 0\r\n"],
  ["a space in a name", "grpc status: 0\r\n"],
  ["a space before the colon", "grpc-status : 0\r\n"],
  ["a folded line", "x-a: 1\r\n 2\r\n"],
  ["a bare LF", "x-a: 1\nx-b: 2\r\n"],
  ["a bare CR", "x-a: 1\rx-b: 2\r\n"],
  ["a NUL", "x-a: 1\x002\r\n"],
  ["a blank line in between", "x-a: 1\r\n\r\nx-b: 2\r\n"],
  ["a blank line first", "\r\nx-a: 1\r\n"],
  ["binary data", "\u0001\u0002\u0003"],
])("refuses a block with %s", (_, text) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code: "internal", reason: "BOWLINE_MALFORMED" }),
  );
});

it("says neither the value nor all of a long name", () => {
  const secret = "authorization token\r\n";
  expect(() => read(`x-a\0: ${secret}`)).not.toThrow(/token/);
  expect(() => read(`${"é".repeat(100_000)}: 1`)).toThrow(/^.{0,250}$/);
});

it("cannot be broken out of by a value", () => {
  const block = encodeTrailers(["x-a", "1\r\ngrpc-status: 0", "x-b\n", "\0"]);
  expect(new TextDecoder().decode(block)).toBe("x-a: 1  grpc-status: 0\r\nx-b :  \r\n");
});

it("reads what it writes", () => {
  const name = fc.stringMatching(/^[a-z0-9_.-]{1,8}$/);
  const value = fc.stringMatching(/^(?:[!-~]([ -~]{0,20}[!-~])?)?$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
      const block = encodeTrailers(pairs.flat());
      expect([...decodeTrailers(block, 0, block.length)]).toEqual(pairs);
      const open = block.length - 2;
      if (pairs.length > 0) expect([...decodeTrailers(block, 0, open)]).toEqual(pairs);
    }),
  );
});
