import { beforeEach, describe, expect, it } from "vitest";
import { cursor, Malformed } from "./cursor.js";
import { key } from "./read-key.js";

const encoder = new TextEncoder();

/** Reads `text` as a key, with `behind` behind it in the input. */
function read(text: string | Uint8Array, behind = 4): string {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const input = new Uint8Array(bytes.length + 2 + behind).fill(0xff);
  input.set(bytes, 2);
  return key(input, 2, 2 + bytes.length);
}

beforeEach(() => {
  cursor.memory = 0x3fffffff;
});

describe("a map key", () => {
  it("is read the same twice, whatever its length and what is behind it", () => {
    for (let n = 0; n <= 30; n++)
      for (const behind of [0, 1, 2, 3, 4, 30]) {
        const text = "abcdefghijklmnopqrstuvwxyz0123456789".slice(0, n);
        expect(read(text, behind)).toBe(text);
        expect(read(text, behind)).toBe(text);
      }
  });

  it("differs from one that differs in any byte, and from one that is followed by zeros", () => {
    const text = "http.request.header.host";
    for (let n = 1; n <= text.length; n++) {
      const whole = text.slice(0, n);
      expect(read(whole)).toBe(whole);
      for (let i = 0; i < n; i++) {
        const other = `${whole.slice(0, i)}~${whole.slice(i + 1)}`;
        expect(read(other)).toBe(other);
        expect(read(whole)).toBe(whole);
      }
      expect(read(`${whole}\0`)).toBe(`${whole}\0`);
      expect(read(whole)).toBe(whole);
    }
  });

  it("takes the same slot as others without being mistaken for them", () => {
    // all have the same first, last and middle byte
    const texts = Array.from({ length: 200 }, (_, i) => `a${i % 10}m${(i / 10) | 0}z`);
    for (let round = 0; round < 3; round++) for (const text of texts) expect(read(text)).toBe(text);
  });

  it("is text beyond ASCII, too", () => {
    for (const text of ["ä", "größe", "名前", "🔑🔑🔑"]) {
      expect(read(text)).toBe(text);
      expect(read(text)).toBe(text);
    }
  });

  it("that cannot be read leaves nothing behind in its slot", () => {
    const bad = encoder.encode("abcd");
    bad[1] = 0xff;
    expect(read("abcd")).toBe("abcd");
    for (let i = 0; i < 2; i++) expect(() => read(bad)).toThrow(Malformed);
    expect(read("abcd")).toBe("abcd");
    cursor.memory = 3;
    for (let i = 0; i < 2; i++) expect(() => read("abcd")).toThrow(Malformed);
    cursor.memory = 100;
    expect(read("abcd")).toBe("abcd");
  });

  it("costs the same element memory each time", () => {
    cursor.memory = 1000;
    read("costs.memory");
    read("costs.memory");
    expect(cursor.memory).toBe(1000 - 2 * (12 + 24));
  });
});
