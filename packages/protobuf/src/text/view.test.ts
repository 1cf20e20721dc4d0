import { describe, expect, test } from "vitest";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as ops2 from "../fixtures/gen/test/ops2.pb.js";
import * as typed from "../fixtures/gen/test/typed.pb.js";
import * as wire from "../fixtures/gen/test/wire.pb.js";
import { random, randomInit } from "../fixtures/random.js";
import { setExtension } from "../message/extension-access.js";
import { createRegistry } from "../reflect/index.js";
import type { ViewType } from "../view/view-type.js";
import { toYaml } from "../yaml/index.js";
import { TextError, toText } from "./index.js";

const registry = createRegistry(ops, ops2, typed, wire);
const types: readonly ViewType[] = [
  ops.EverythingView,
  ops.SecretView,
  ops2.RequiredView,
  wire.ScalarsView,
  wire.ListsView,
  wire.MapsView,
  wire.ClosingsView,
  wire.TreeView,
  typed.ArraysView,
];
const modes = ["eager", "on-access"] as const;

describe.each(modes)("a view that is validated %s", (validate) => {
  test("has the text of its message, and the YAML, without being decoded as a whole", () => {
    const r = random(14);
    for (const type of types) {
      for (let i = 0; i < 12; i++) {
        const value = type.message.create(randomInit(r, type.desc, 2));
        const bytes = type.message.encode(value, { allowPartial: true });
        const view = type.decode(bytes, { validate, allowPartial: true });
        expect(toText(type, view, { registry })).toBe(toText(type.message, value, { registry }));
        expect(toText(type.message, view)).toBe(toText(type.message, value));
      }
    }
    const bytes = ops.Everything.encode({ name: "Ada", big: 5n, counts: { a: 1 } });
    const view = ops.EverythingView.decode(bytes, { validate });
    expect(toYaml(ops.EverythingView, view)).toBe('name: Ada\nbig: "5"\ncounts:\n  a: 1\n');
  });

  test("shows extensions, items of a MessageSet and unknown fields, and hides what is secret", () => {
    const part = ops.Part.create({ name: "p" });
    setExtension(part, ops.note, "n");
    const view = ops.PartView.decode(ops.Part.encode(part), { validate });
    const singleLine = true;
    expect(toText(ops.PartView, view, { registry, singleLine })).toBe(
      'name: "p" [test.ops.note]: "n"',
    );
    expect(toText(ops.PartView, view, { unknownFields: true, singleLine })).toBe(
      'name: "p" 100: "n"',
    );
    const set = ops2.Set.create();
    setExtension(set, ops2.Item_item, ops2.Item.create({ text: "x" }));
    for (const messageSet of [true, false]) {
      const items = ops2.SetView.decode(ops2.Set.encode(set), { validate, messageSet });
      expect(toText(ops2.SetView, items, { registry, singleLine })).toBe(
        '[test.ops2.Item] { text: "x" }',
      );
    }
    const secret = ops.SecretView.decode(ops.Secret.encode({ user: "u", password: "p" }), {
      validate,
    });
    expect(toText(ops.SecretView, secret, { redact: true })).toBe('user: "u"\n');
  });
});

test("what a lazy view finds malformed while it is written is a TextError with its cause", () => {
  const view = ops.EverythingView.decode(Uint8Array.of(0x0a, 1, 0xff), { validate: "on-access" });
  expect(() => toText(ops.EverythingView, view)).toThrow(TextError);
  expect(() =>
    toText(ops.EverythingView, ops.SecretView.decode(new Uint8Array()) as never),
  ).toThrow(TextError);
});
