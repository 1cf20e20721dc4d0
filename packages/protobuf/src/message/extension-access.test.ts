import { describe, expect, test } from "vitest";
import {
  blob,
  Color,
  type Everything,
  type Everything_Inner,
  innerExtension,
  innersExtension,
  marks,
  note,
  on,
  otherNote,
  Part,
  shade,
  total,
} from "../fixtures/gen/test/ops.pb.js";
import { Item, Item_item, Set as MessageSet, Other_other } from "../fixtures/gen/test/ops2.pb.js";
import { clone } from "./clone.js";
import { clearExtension, getExtension, hasExtension, setExtension } from "./extension-access.js";
import { setUnknownFields, unknownFields } from "./unknown-fields.js";

describe("extensions", () => {
  test("unset ones read as their default: declared, or the type's own; lists empty, messages undefined", () => {
    const part = Part.create();
    expect(getExtension(part, note)).toBe("");
    expect(getExtension(part, total)).toBe(7n);
    expect(getExtension(part, shade)).toBe(Color.UNSPECIFIED);
    expect(getExtension(part, on)).toBe(false);
    expect(getExtension(part, blob)).toEqual(new Uint8Array());
    expect(getExtension(part, marks)).toEqual([]);
    expect(getExtension(part, innersExtension)).toEqual([]);
    expect(getExtension(part, innerExtension)).toBeUndefined();
    for (const extension of [
      note,
      total,
      shade,
      on,
      blob,
      marks,
      innersExtension,
      innerExtension,
    ]) {
      expect(hasExtension(part, extension as typeof note)).toBe(false);
    }
  });

  test("what is set is read again, from the message and from its bytes", () => {
    const part = Part.create({ name: "p" });
    setExtension(part, note, "n");
    setExtension(part, total, -1n);
    setExtension(part, shade, Color.GREEN);
    setExtension(part, on, false);
    setExtension(part, blob, Uint8Array.of(1, 2));
    setExtension(part, marks, [1, -2, 3]);
    setExtension(part, innerExtension, { label: "l" } as Everything_Inner);
    setExtension(part, innersExtension, [{ label: "a" }, { tags: ["b"] }] as never);
    for (const message of [part, Part.decode(Part.encode(part)), clone(Part, part), { ...part }]) {
      expect(message.name).toBe("p");
      expect(getExtension(message, note)).toBe("n");
      expect(getExtension(message, total)).toBe(-1n);
      expect(getExtension(message, shade)).toBe(Color.GREEN);
      expect(hasExtension(message, on)).toBe(true);
      expect(getExtension(message, on)).toBe(false);
      expect(getExtension(message, blob)).toEqual(Uint8Array.of(1, 2));
      expect(getExtension(message, marks)).toEqual([1, -2, 3]);
      expect(getExtension(message, innerExtension)?.label).toBe("l");
      expect(getExtension(message, innersExtension).map((inner) => inner.tags)).toEqual([
        [],
        ["b"],
      ]);
    }
  });

  test("setting replaces, clearing removes, and neither touches what stands beside", () => {
    const part = Part.decode(Uint8Array.of(0x50, 1, 0xa2, 6, 1, 0x61, 0x50, 2));
    expect(getExtension(part, note)).toBe("a");
    setExtension(part, note, "bc");
    expect(getExtension(part, note)).toBe("bc");
    clearExtension(part, note);
    expect(hasExtension(part, note)).toBe(false);
    expect(unknownFields(part).map((field) => [field.number, field.data[0]])).toEqual([
      [10, 1],
      [10, 2],
    ]);
    setUnknownFields(part, []);
    setExtension(part, marks, [1]);
    setExtension(part, marks, []);
    clearExtension(part, marks);
    expect(Reflect.ownKeys(part)).toEqual(["name"]);
  });

  test("pieces of one extension are read as one: the last scalar, merged messages, all elements", () => {
    const field = (...values: number[]): { bytes: Uint8Array } => ({
      bytes: Uint8Array.from(values),
    });
    const part = Part.create();
    setUnknownFields(part, [
      field(0xa2, 6, 1, 0x61),
      field(0xa8, 6, 1),
      field(0xa2, 6, 1, 0x62),
      field(0xaa, 6, 2, 2, 3),
      field(0xb2, 6, 3, 0x0a, 1, 0x6c),
      field(0xb2, 6, 3, 0x1a, 1, 0x74),
    ]);
    expect(getExtension(part, note)).toBe("b");
    expect(getExtension(part, marks)).toEqual([1, 2, 3]);
    expect(getExtension(part, innerExtension)).toMatchObject({ label: "l", tags: ["t"] });
  });

  test("an extension of another message is an error that names both", () => {
    const words =
      "the extension test.ops.other_note extends test.ops.Everything; it cannot be used with test.ops.Part";
    const part = Part.create() as unknown as Everything;
    expect(() => getExtension(part, otherNote)).toThrow(words);
    expect(() => hasExtension(part, otherNote)).toThrow(words);
    expect(() => setExtension(part, otherNote, "x")).toThrow(words);
    expect(() => clearExtension(part, otherNote)).toThrow(words);
    expect(() => getExtension(null as never, otherNote)).toThrow(TypeError);
    // @ts-expect-error an Everything is more than a Part
    expect(() => getExtension(Part.create(), otherNote)).toThrow(words);
  });

  test("a value that does not fit is an error with its place, and the message is unchanged", () => {
    const part = Part.create();
    setExtension(part, note, "kept");
    expect(() => setExtension(part, note, 5 as never)).toThrow(
      /test\.ops\.note.*expected a string/,
    );
    expect(() => setExtension(part, marks, [1, 2 ** 40])).toThrow(/test\.ops\.marks.*value\[1\]/);
    expect(() => setExtension(part, innerExtension, { label: 5 } as never)).toThrow(/value\.label/);
    expect(getExtension(part, note)).toBe("kept");
    expect(unknownFields(part)).toHaveLength(1);
  });

  test("bytes that do not fit the type: another wire type is not the extension, bad UTF-8 is an error", () => {
    expect(hasExtension(Part.decode(Uint8Array.of(0xa0, 6, 1)), note)).toBe(false);
    const bad = Part.decode(Uint8Array.of(0xa2, 6, 1, 0xff));
    expect(() => getExtension(bad, note)).toThrow(/test\.ops\.note/);
  });

  test("unknown fields inside a message extension are kept", () => {
    const part = Part.decode(Uint8Array.of(0xb2, 6, 2, 0x78, 1));
    const inner = getExtension(part, innerExtension);
    expect(unknownFields(inner as object)).toHaveLength(1);
  });
});

describe("extensions of a MessageSet", () => {
  const options = { messageSet: true };

  test("are written as items and read from them", () => {
    const set = MessageSet.create();
    setExtension(set, Item_item, Item.create({ text: "x" }));
    setExtension(set, Other_other, { number: 5 });
    const bytes = MessageSet.encode(set);
    expect([...bytes.subarray(0, 5)]).toEqual([0x0b, 0x10, 0xe8, 0x07, 0x1a]);
    const back = MessageSet.decode(bytes, options);
    expect(getExtension(back, Item_item)?.text).toBe("x");
    expect(getExtension(back, Other_other)?.number).toBe(5);
    clearExtension(back, Item_item);
    expect(hasExtension(back, Item_item)).toBe(false);
    expect(getExtension(back, Other_other)?.number).toBe(5);
  });
});
