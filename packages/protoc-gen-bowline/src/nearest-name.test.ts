import { expect, test } from "vitest";
import { didYouMean } from "./nearest-name.js";

test("names the nearest valid name, case and separators aside", () => {
  const valid = ["target", "import_extension"];
  expect(didYouMean("traget", valid)).toBe(' (did you mean "target"?)');
  expect(didYouMean("importExtension", valid, "--")).toBe(' (did you mean "--import_extension"?)');
});

test("names nothing where nothing is near, or the text is too long to be a misspelling", () => {
  expect(didYouMean("services", ["target"])).toBe("");
  expect(didYouMean("a".repeat(65), ["a".repeat(65)])).toBe("");
});
