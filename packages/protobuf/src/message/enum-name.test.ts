import { expect, test } from "vitest";
import { Color } from "../fixtures/gen/test/ops.pb.js";
import { enumName } from "./enum-name.js";

test("a number's name is its key, the first of several, or undefined", () => {
  expect(enumName(Color, 1)).toBe("RED");
  expect(enumName(Color, Color.GREEN)).toBe("GREEN");
  expect(enumName(Color, 7)).toBeUndefined();
  expect(enumName({ A: 1, B: 1 }, 1)).toBe("A");
  const name: "UNSPECIFIED" | "RED" | "GREEN" | undefined = enumName(Color, 0);
  expect(name).toBe("UNSPECIFIED");
});
