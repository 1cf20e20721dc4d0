import fc from "fast-check";
import { expect, it } from "vitest";
import { cutMessage, decodeMessage, encodeMessage } from "./percent.js";

it("leaves visible ASCII as it is and escapes percent, controls and all else as UTF-8", () => {
  expect(encodeMessage("no such user: a/b~")).toBe("no such user: a/b~");
  expect(encodeMessage("100%\r\n\t\0")).toBe("100%25%0D%0A%09%00");
  expect(encodeMessage("é€😀\x7f")).toBe("%C3%A9%E2%82%AC%F0%9F%98%80%7F");
});

it("keeps spaces at the ends, which HTTP would take off", () => {
  expect(encodeMessage(" a b ")).toBe("%20a b%20");
  expect(encodeMessage(" ")).toBe("%20");
});

it("writes U+FFFD for lone surrogates", () => {
  expect(encodeMessage("a\ud800b")).toBe("a%EF%BF%BDb");
  expect(encodeMessage("\udc00")).toBe("%EF%BF%BD");
});

it("round-trips every text as a value that a header can carry", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      const encoded = encodeMessage(text);
      expect(encoded).toMatch(/^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/);
      expect(decodeMessage(encoded)).toBe(text.toWellFormed());
    }),
  );
});

it("reads escapes whatever their case and leaves malformed ones as they are", () => {
  expect(decodeMessage("%c3%a9%C3%A9 %41")).toBe("éé A");
  const kept = [
    "100%",
    "%4",
    "%zz",
    "%%%",
    "%FF",
    "%C3",
    "%80",
    "%C0%80",
    "%ED%A0%80",
    "%F5%80%80%80",
    "%E2%82",
    "é",
  ];
  for (const text of kept) expect(decodeMessage(text), text).toBe(text);
  expect(decodeMessage("%C3%A9%FF%41%")).toBe("é%FFA%");
  expect(decodeMessage("%C3%28")).toBe("%C3(");
});

it("never throws", () => {
  const part = fc.constantFrom("%", "%C3", "%A9", "%E2", "%F0", "%9F", "%ED", "a", "é", "\ud800");
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(typeof decodeMessage(parts.join(""))).toBe("string");
    }),
  );
});

it("cuts between characters", () => {
  expect(cutMessage("abc", 3)).toBe("abc");
  expect(cutMessage("abcd", 3)).toBe("abc");
  expect(cutMessage("ab cd", 3)).toBe("ab");
  expect(cutMessage("abc", 0)).toBe("");
  expect(cutMessage("abc", -4)).toBe("");
  const text = "a%é €😀 b".repeat(3);
  const encoded = encodeMessage(text);
  for (let length = 0; length <= encoded.length; length++) {
    const cut = cutMessage(encoded, length);
    expect(cut.length).toBeLessThanOrEqual(length);
    expect(text.startsWith(decodeMessage(cut))).toBe(true);
    expect(length - cut.length).toBeLessThan(14);
    expect(cut).not.toMatch(/ $/);
  }
});
