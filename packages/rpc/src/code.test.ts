import { expect, it } from "vitest";
import { codeFromNumber, codeNumber, codes, isCode } from "./code.js";
import { RpcError } from "./rpc-error.js";

it("has the sixteen codes of gRPC, numbered 1 to 16", () => {
  expect(codes).toHaveLength(16);
  expect(codes.map(codeNumber)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  expect([codeNumber("canceled"), codeNumber("not_found"), codeNumber("unauthenticated")]).toEqual([
    1, 5, 16,
  ]);
});

it("finds a code by its number, and none for 0 and unknown numbers", () => {
  expect(codeFromNumber(5)).toBe("not_found");
  expect(codeFromNumber(0)).toBeUndefined();
  expect(codeFromNumber(17)).toBeUndefined();
});

it("does not take the names of object members for codes", () => {
  expect(isCode("not_found")).toBe(true);
  for (const name of ["toString", "__proto__", "constructor", "NOT_FOUND", "", 5, null]) {
    expect(isCode(name)).toBe(false);
  }
});

it("tells an RpcError of another copy of the library by its brand", () => {
  const foreign = { [Symbol.for("bowline.rpc.RpcError")]: true, code: "not_found" };
  expect(RpcError.is(foreign)).toBe(true);
  expect(RpcError.is(new RpcError("aborted", "x"))).toBe(true);
  expect(RpcError.is(new Error("x"))).toBe(false);
  expect(RpcError.is(null)).toBe(false);
  expect(RpcError.number("not_found")).toBe(5);
});
