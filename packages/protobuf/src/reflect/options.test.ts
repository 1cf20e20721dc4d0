import { describe, expect, test } from "vitest";
import { Annotated, about, bounds, hint } from "../fixtures/gen/test/ops.pb.js";
import { Set as MessageSet } from "../fixtures/gen/test/ops2.pb.js";
import { getOption, hasOption, optionsOf } from "./options.js";

const hinted = Annotated.desc.fieldByName("hinted") ?? expect.fail("no field hinted");
const plain = Annotated.desc.fieldByName("plain") ?? expect.fail("no field plain");

describe("options", () => {
  test("optionsOf gives the standard options, and an empty message where there are none", () => {
    expect(optionsOf(hinted).deprecated).toBe(true);
    expect(optionsOf(plain)).toEqual(optionsOf(plain));
    expect(optionsOf(plain).deprecated).toBeUndefined();
    expect(optionsOf(MessageSet.desc).messageSetWireFormat).toBe(true);
    expect(optionsOf(Annotated.desc.file).javaPackage).toBeUndefined();
  });

  test("getOption reads custom options of fields and messages", () => {
    expect(getOption(hinted, hint)).toBe("a name");
    expect(getOption(hinted, bounds)).toEqual([1, 9]);
    expect(getOption(Annotated.desc, about)).toMatchObject({ label: "marked", tags: ["a", "b"] });
    expect(hasOption(hinted, hint)).toBe(true);
  });

  test("unset custom options read as unset extensions do", () => {
    expect(getOption(plain, hint)).toBe("");
    expect(getOption(plain, bounds)).toEqual([]);
    expect(hasOption(plain, hint)).toBe(false);
    expect(getOption(MessageSet.desc, about)).toBeUndefined();
  });

  test("an option of another kind of descriptor is an error", () => {
    // @ts-expect-error a field option on a message
    expect(() => getOption(Annotated.desc, hint)).toThrow(/extends google\.protobuf\.FieldOptions/);
  });
});
