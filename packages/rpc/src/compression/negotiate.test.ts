import { expect, it } from "vitest";
import type { Compression } from "./compression.js";
import { acceptList, checkCompressions, chooseResponse, findCompression } from "./negotiate.js";

function named(name: string): Compression {
  return { name, compress: (bytes) => bytes, decompress: () => {} };
}

const gzip = named("gzip");
const br = named("br");
const available = [gzip, br];

it("finds a compression by its name in any case, and never identity", () => {
  expect(findCompression(available, "br")).toBe(br);
  expect(findCompression(available, "GZip")).toBe(gzip);
  for (const name of ["", "identity", "zstd", "constructor"]) {
    expect(findCompression(available, name)).toBeUndefined();
  }
});

it.each<[string | undefined, Compression | undefined]>([
  [undefined, undefined],
  ["", undefined],
  ["gzip", gzip],
  ["br,gzip", br],
  ["zstd, gzip , br", gzip],
  ["identity, deflate, gzip", gzip],
  ["identity", undefined],
  ["snappy", undefined],
  ["*", undefined],
  ["gzip;q=0, br", br],
  ["gzip; q=0.000 ,br", br],
  ["gzip;Q=0", undefined],
  ["gzip;q=0.1, br;q=1.0", gzip],
  ["gzip;q=0.001", gzip],
  ["gzip;q=;x, br", gzip],
  [",,;,gzip", gzip],
])("chooses for %j the first that the caller lists and the server has", (accepted, chosen) => {
  expect(chooseResponse(accepted, available)).toBe(chosen);
});

it("chooses nothing where there is nothing to choose from", () => {
  expect(chooseResponse("gzip", [])).toBeUndefined();
});

it("lists what is accepted, in order", () => {
  expect(acceptList(available)).toBe("gzip, br");
  expect(acceptList([])).toBe("");
});

it("takes compressions with names of their own", () => {
  expect(() => checkCompressions("compression.accept", [])).not.toThrow();
  expect(() => checkCompressions("compression.accept", [gzip, br, named("x-own.1")])).not.toThrow();
});

it.each<[readonly unknown[] | unknown, string]>([
  [[gzip, br, named("gzip")], 'accept has the string "gzip" twice'],
  [[named("identity")], "accept[0] is called identity"],
  [[gzip, named("GZIP")], "the name of accept[1] must be a token in lower case"],
  [[named("")], "must be a token"],
  [[named("a,b")], "must be a token"],
  [[named("a\r\nb")], "must be a token"],
  [["gzip"], "accept[0] must be a compression with name, compress and decompress, such as gzip()"],
  [[undefined], "it is undefined"],
  [[() => gzip], "it is a function"],
  [gzip, "accept must be an array of compressions; it is an object"],
])("refuses %j where a server or channel is made", (compressions, text) => {
  const list = compressions as readonly Compression[];
  expect(() => checkCompressions("accept", list)).toThrow(
    expect.objectContaining({
      code: "invalid_argument",
      reason: "BOWLINE_OPTION",
      message: expect.stringContaining(text),
    }),
  );
});
