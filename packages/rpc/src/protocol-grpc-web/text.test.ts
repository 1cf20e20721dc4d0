import fc from "fast-check";
import { expect, it } from "vitest";
import { Base64Decoder, encodeBase64Bytes } from "./text.js";

const ascii = (text: string) => new TextEncoder().encode(text);

function decode(...pieces: string[]): number[] {
  const decoder = new Base64Decoder();
  const bytes = pieces.flatMap((piece) => [
    ...decoder.push(ascii(`!${piece}!`), 1, piece.length + 1),
  ]);
  decoder.finish();
  return bytes;
}

it("writes what Node writes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      expect(new TextDecoder().decode(encodeBase64Bytes(bytes))).toBe(text);
    }),
  );
});

it("reads chunks with their own padding, cut anywhere", () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 });
  fc.assert(
    fc.property(chunks, fc.array(fc.nat(120), { maxLength: 8 }), (wanted, cuts) => {
      const text = wanted.map((each) => Buffer.from(each).toString("base64")).join("");
      const ends = [...cuts.filter((cut) => cut <= text.length).sort((a, b) => a - b), text.length];
      const pieces = ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end));
      expect(decode(...pieces)).toEqual(wanted.flatMap((each) => [...each]));
    }),
  );
});

it("gives out what is whole at once", () => {
  const decoder = new Base64Decoder();
  expect([...decoder.push(ascii("AQID"), 0, 4)]).toEqual([1, 2, 3]);
  expect([...decoder.push(ascii("B"), 0, 1)]).toEqual([]);
  expect([...decoder.push(ascii("A="), 0, 2)]).toEqual([]);
  expect([...decoder.push(ascii("=BQ"), 0, 3)]).toEqual([4]);
  expect([...decoder.push(ascii("=="), 0, 2)]).toEqual([5]);
  decoder.finish();
});

it.each([
  ["a digit alone", ["A"]],
  ["two digits without padding", ["AA"]],
  ["three digits without padding", ["AAAAAAA"]],
  ["half of the padding", ["AA="]],
  ["padding first", ["="]],
  ["padding behind one digit", ["A==="]],
  ["padding behind a whole group", ["AAAA="]],
  ["digits behind half of the padding", ["AA=A"]],
  ["a whole group of them", ["AA=AA"]],
  ["padding behind those", ["AA=A="]],
  ["three paddings", ["AA==="]],
  ["white space", ["AAAA", "\n"]],
  ["the alphabet of URLs", ["AA-_"]],
  ["other characters", ["AA\u00e9"]],
])("refuses %s", (_, pieces) => {
  expect(() => decode(...pieces)).toThrow(
    expect.objectContaining({ code: "invalid_argument", reason: "BOWLINE_MALFORMED" }),
  );
});
