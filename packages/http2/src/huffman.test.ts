import fc from "fast-check";
import { expect, it } from "vitest";
import { isValueOctet } from "./field.js";
import { decodeHuffman, encodeHuffman, huffmanLength, wrongCode } from "./huffman.js";

const octets = fc.uint8Array({ maxLength: 300 });
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

function encode(text: string): Uint8Array {
  const bytes = new Uint8Array(huffmanLength(text));
  expect(encodeHuffman(text, bytes, 0)).toBe(bytes.length);
  return bytes;
}

function decode(bytes: Uint8Array): string | undefined {
  const into = new Uint8Array(bytes.length * 2);
  const length = decodeHuffman(bytes, 0, bytes.length, into);
  if (length === wrongCode) return undefined;
  const found = into.subarray(0, length < 0 ? ~length : length);
  expect(length >= 0).toBe(found.every(isValueOctet));
  return textOf(found);
}

// RFC 7541, appendix C.4 and C.6.
it.each([
  ["www.example.com", "f1e3c2e5f23a6ba0ab90f4ff"],
  ["no-cache", "a8eb10649cbf"],
  ["custom-key", "25a849e95ba97d7f"],
  ["custom-value", "25a849e95bb8e8b4bf"],
  ["302", "6402"],
  ["private", "aec3771a4b"],
  ["Mon, 21 Oct 2013 20:13:21 GMT", "d07abe941054d444a8200595040b8166e082a62d1bff"],
  ["https://www.example.com", "9d29ad171863c78f0b97c8e9ae82ae43d3"],
])("encodes %s as the RFC does", (text, hex) => {
  expect(Buffer.from(encode(text)).toString("hex")).toBe(hex);
  expect(decode(Buffer.from(hex, "hex"))).toBe(text);
});

it("gives back every string of octets", () => {
  fc.assert(
    fc.property(octets, (bytes) => {
      expect(decode(encode(textOf(bytes)))).toBe(textOf(bytes));
    }),
    { seed: 7541, numRuns: 500 },
  );
});

it("takes no other encoding of a string than the one there is", () => {
  fc.assert(
    fc.property(octets, (bytes) => {
      const text = decode(bytes);
      if (text !== undefined) expect(encode(text)).toEqual(bytes);
    }),
    { seed: 7541, numRuns: 2_000 },
  );
});

it("refuses the end-of-string symbol, padding of zeros and padding of a whole octet", () => {
  expect(decode(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toBeUndefined();
  expect(decode(Uint8Array.of(0x1f))).toBe("a");
  expect(decode(Uint8Array.of(0x18))).toBeUndefined();
  expect(decode(Uint8Array.of(0x1f, 0xff))).toBeUndefined();
  expect(decode(Uint8Array.of())).toBe("");
});

it("counts what is beyond the buffer, and does not keep it", () => {
  const bytes = encode("a".repeat(100));
  const into = new Uint8Array(3);
  expect(decodeHuffman(bytes, 0, bytes.length, into)).toBe(100);
  expect(textOf(into)).toBe("aaa");
});
