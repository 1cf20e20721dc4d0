import fc from "fast-check";
import { expect, it } from "vitest";
import { formatGetQuery, parseGetQuery } from "./get-query.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const message = Uint8Array.of(0xfb, 0xff, 0xfe, 0x01);

it("writes binary messages in base64 for URLs, without padding", () => {
  expect(formatGetQuery({ codec: "proto", message })).toBe(
    "?connect=v1&encoding=proto&base64=1&message=-__-AQ",
  );
  expect(formatGetQuery({ codec: "proto", message: new Uint8Array() })).toBe(
    "?connect=v1&encoding=proto&base64=1&message=",
  );
});

it("writes JSON as text, unless it is compressed or not text", () => {
  expect(formatGetQuery({ codec: "json", message: utf8('{"a":"é&+ "}') })).toBe(
    "?connect=v1&encoding=json&message=%7B%22a%22%3A%22%C3%A9%26%2B%20%22%7D",
  );
  expect(formatGetQuery({ codec: "json", message, compression: "gzip" })).toBe(
    "?connect=v1&encoding=json&compression=gzip&base64=1&message=-__-AQ",
  );
  expect(formatGetQuery({ codec: "json", message })).toMatch(/&base64=1&message=-__-AQ$/);
});

it("reads what it writes", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.record({ codec: fc.constant("json"), message: fc.string({ unit: "binary" }).map(utf8) }),
        fc.record({
          codec: fc.constantFrom("proto", "json", "x&y= %"),
          message: fc.uint8Array(),
          compression: fc.constantFrom(undefined, "gzip", "a&b+c"),
        }),
      ),
      (request: Parameters<typeof formatGetQuery>[0]) => {
        const query = formatGetQuery(request);
        expect(query).toMatch(/^[!-~]*$/);
        const wanted = {
          encoding: request.codec,
          message: request.message,
          compression: request.compression,
          version: "v1",
        };
        expect(parseGetQuery(query)).toEqual(wanted);
        expect(parseGetQuery(query.slice(1))).toEqual(wanted);
      },
    ),
  );
});

it("reads base64 padded or not, in either alphabet, escaped or not", () => {
  for (const text of [
    "-__-AQ",
    "-__-AQ==",
    "+//+AQ==",
    "+//+AQ",
    "%2B%2F%2f%2BAQ%3D%3D",
    "+%2F/+AQ",
    "-//+AQ",
  ]) {
    const parsed = parseGetQuery(`?encoding=proto&base64=1&message=${text}`);
    expect(parsed.message, text).toEqual(message);
  }
});

it("reads keys in any order, unknown ones among them, and takes the first of two", () => {
  expect(
    parseGetQuery("?message=a+b%20c%25&x=%zz&base64=0&encoding=json&message=%zz&&compression=gzip"),
  ).toEqual({ message: utf8("a b c%"), encoding: "json", compression: "gzip", version: undefined });
  expect(parseGetQuery("?connect=v2&encoding=proto&message=%FF%00&compression=")).toEqual({
    message: Uint8Array.of(0xff, 0),
    encoding: "proto",
    compression: undefined,
    version: "v2",
  });
});

it("reads an empty message, which is not a missing one", () => {
  for (const query of ["?encoding=proto&message=", "?encoding=proto&base64=1&message"]) {
    expect(parseGetQuery(query).message).toEqual(new Uint8Array());
  }
});

it.each([
  ["nothing", ""],
  ["a question mark", "?"],
  ["no message", "?encoding=proto"],
  ["no encoding", "?message=a"],
  ["keys that objects inherit", "?__proto__=a&constructor=b"],
  ["a cut escape", "?encoding=json&message=%4"],
  ["an escape that is none", "?encoding=json&message=%zz"],
  ["an escape with a sign", "?encoding=json&message=%+1"],
  ["a malformed escape in the encoding", "?encoding=%&message=a"],
  ["invalid UTF-8 in the encoding", "?encoding=%FF&message=a"],
  ["a cut group of base64", "?encoding=proto&base64=1&message=AAAAA"],
  ["wrong padding", "?encoding=proto&base64=1&message=AAA=="],
  ["what is not base64", "?encoding=proto&base64=1&message=A%00A"],
])("refuses %s", (_, query) => {
  expect(() => parseGetQuery(query)).toThrow(
    expect.objectContaining({ code: "invalid_argument", reason: "BOWLINE_MALFORMED" }),
  );
});
