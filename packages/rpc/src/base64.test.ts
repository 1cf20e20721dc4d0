import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "./base64.js";

it("writes what Node writes, without padding, and reads both forms back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const padded = Buffer.from(bytes).toString("base64");
      expect(encodeBase64(bytes)).toBe(padded.replace(/=+$/, ""));
      expect(decodeBase64(padded)).toEqual(bytes);
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    }),
  );
});

it("refuses cut input, other alphabets, white space and wrong padding", () => {
  for (const text of ["A", "AAAAA", "AA=", "AAA==", "A-_A", "AA AA", "AA\n==", "=", "===="]) {
    expect(decodeBase64(text), text).toBeUndefined();
  }
});
