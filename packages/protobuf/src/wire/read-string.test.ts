import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { Maps, Scalars } from "../fixtures/gen/test/wire.pb.js";
import { tag, varint } from "../fixtures/reference.js";

function stringField(bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([...tag(14, 2), ...varint(BigInt(bytes.length)), ...bytes]);
}

function keyField(bytes: readonly number[]): Uint8Array {
  const entry = [10, ...varint(BigInt(bytes.length)), ...bytes];
  return Uint8Array.from([...tag(12, 2), ...varint(BigInt(entry.length)), ...entry]);
}

const readers: readonly (readonly [string, (bytes: readonly number[]) => string])[] = [
  ["a field", (bytes) => Scalars.decode(stringField(bytes)).fString],
  ["a map key", (bytes) => [...Maps.decode(keyField(bytes)).mString.keys()][0]!],
];

const invalid: readonly (readonly [string, readonly number[]])[] = [
  ["a continuation byte alone", [0x80]],
  ["a start byte alone", [0xc3]],
  ["two of three bytes", [0xe2, 0x82]],
  ["three of four bytes", [0xf0, 0x9f, 0x98]],
  ["an overlong NUL", [0xc0, 0x80]],
  ["an overlong slash in two bytes", [0xc0, 0xaf]],
  ["an overlong slash in three", [0xe0, 0x80, 0xaf]],
  ["an overlong slash in four", [0xf0, 0x80, 0x80, 0xaf]],
  ["a high surrogate", [0xed, 0xa0, 0x80]],
  ["a low surrogate", [0xed, 0xbf, 0xbf]],
  ["a pair of surrogates (CESU-8)", [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ["more than U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
  ["five bytes", [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ["0xff", [0xff]],
  ["a start byte and ASCII", [0xe2, 0x41, 0x41]],
  ["U+FFFD and something wrong", [0xef, 0xbf, 0xbd, 0xc3]],
];

describe.each(readers)("the string of %s", (_, read) => {
  it.each(invalid)("is refused with %s, at either end and at every length", (_name, bad) => {
    for (let around = 0; around <= 44; around++) {
      const ascii = new Array<number>(around).fill(97);
      for (const bytes of [
        [...ascii, ...bad],
        [...bad, ...ascii],
        [...ascii, ...bad, ...ascii],
      ]) {
        expect(() => read(bytes), `${around} beside ${bad}`).toThrow("not valid UTF-8");
      }
    }
    expect(read([97, 98]), "what follows is read as ever").toBe("ab");
  });

  it("of every length from 0 to 45 is what a TextDecoder makes of it", () => {
    for (const unit of ["a", "é", "€", "\u{1f600}", "\ufeff", "\ufffd", "\0"]) {
      for (let n = 0; n <= 45; n++) {
        for (const text of ["a".repeat(n) + unit, unit + "a".repeat(n), unit.repeat(n)]) {
          expect(read([...new TextEncoder().encode(text)])).toBe(text);
        }
      }
    }
  });

  it("keeps a byte order mark and a replacement character", () => {
    expect(read([0xef, 0xbb, 0xbf, 97])).toBe("\ufeffa");
    expect(read([0xef, 0xbf, 0xbd])).toBe("\ufffd");
    const long = `\ufeff${"long enough for the native reader ".repeat(3)}\ufffd`;
    expect(read([...new TextEncoder().encode(long)])).toBe(long);
  });

  it("is refused again when it comes again: nothing of a failure is remembered", () => {
    for (let n = 0; n < 3; n++) expect(() => read([97, 0xc3])).toThrow(DecodeError);
  });
});

describe("map keys", () => {
  it("that collide in the cache stay apart", () => {
    const keys = Array.from({ length: 20_000 }, (_, n) => `k${n.toString(36)}`);
    for (let round = 0; round < 2; round++) {
      for (const key of keys)
        expect(readers[1]![1]([...key].map((c) => c.charCodeAt(0)))).toBe(key);
    }
  });

  it("of one content in another encoding are not taken for one another", () => {
    // same length, ends and middle: only a byte that the slot does not depend on differs
    expect(readers[1]![1]([97, 98, 99, 100, 101, 102])).toBe("abcdef");
    expect(readers[1]![1]([97, 120, 99, 100, 101, 102])).toBe("axcdef");
    expect(readers[1]![1]([97, 98, 99, 100, 101, 102])).toBe("abcdef");
  });
});

describe("shared memory", () => {
  it("is read as any other", () => {
    for (const text of ["short", "é", "not quite so short any more, and not ASCII: é", "\ufffd"]) {
      const from = Scalars.encode({ fString: text });
      const shared = new Uint8Array(new SharedArrayBuffer(from.length));
      shared.set(from);
      expect(Scalars.decode(shared).fString).toBe(text);
    }
  });
});
