import { expect, it } from "vitest";
import { checkOptionNames, quote } from "./option-names.js";

const names = new Set(["port", "timeoutMs", "services"]);

it("takes the options that there are", () => {
  checkOptionNames("serve", { port: 1, timeoutMs: undefined }, names);
});

it.each([
  ["prot", "did you mean port? "],
  ["timeout", "did you mean timeoutMs? "],
  ["timeoutMS", "did you mean timeoutMs? "],
  ["x", ""],
  ["__proto", ""],
  ["toString", ""],
])("refuses %s, naming those that there are and the nearest", (name, hint) => {
  expect(() => checkOptionNames("serve", { [name]: 1 }, names)).toThrow(
    new TypeError(`serve has no option "${name}"; ${hint}its options: port, timeoutMs, services`),
  );
});

it("refuses options that are no object", () => {
  for (const options of [null, "x", 7]) {
    expect(() => checkOptionNames("serve", options as never, names)).toThrow(TypeError);
  }
});

it("shows values with what tells their types apart", () => {
  expect(["5", 5, null, undefined, [], {}, () => {}].map(quote)).toEqual([
    'the string "5"',
    "5",
    "null",
    "undefined",
    "an array",
    "an object",
    "a function",
  ]);
});
