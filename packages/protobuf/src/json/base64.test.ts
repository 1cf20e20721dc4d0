import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64, toBase64 } from "./base64.js";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string): Uint8Array | undefined {
  const b = utf8(`"${text}"`);
  return fromBase64(b, 1, b.length - 1);
}

function write(bytes: Uint8Array): string {
  const b = new Uint8Array(bytes.length * 2 + 8);
  return new TextDecoder().decode(b.subarray(0, toBase64(b, 0, bytes)));
}

test("base64 is what Node writes, and reads in either alphabet, with or without padding", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const standard = Buffer.from(bytes).toString("base64");
      expect(write(bytes)).toBe(standard);
      for (const text of [
        standard,
        standard.replaceAll("=", ""),
        Buffer.from(bytes).toString("base64url"),
        standard.replaceAll("+", "-").replaceAll("/", "_"),
      ]) {
        expect(read(text)).toEqual(bytes);
      }
    }),
  );
});

test("anything else is refused", () => {
  for (const bad of [
    "A",
    "AAAAA",
    "A===",
    "====",
    "AA=",
    "AAA==",
    "A=AA",
    "AA AA",
    "AAAA\\n",
    "AÄAA",
    "A*AA",
    "=AAA",
    "AAAA====",
    '"',
  ])
    expect(read(bad), bad).toBeUndefined();
  expect(read("")).toEqual(new Uint8Array(0));
  expect(read("-_")).toEqual(Uint8Array.of(0xfb));
});
