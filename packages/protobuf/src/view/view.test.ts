import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { Everything, EverythingView, note, Part, PartView } from "../fixtures/gen/test/ops.pb.js";
import {
  Item_item,
  Set as MessageSet,
  Plain,
  Required,
  RequiredView,
  SetView,
} from "../fixtures/gen/test/ops2.pb.js";
import {
  Closed,
  Closings,
  ClosingsView,
  Lists,
  ListsView,
  Maps,
  MapsView,
  Tree,
  TreeView,
} from "../fixtures/gen/test/wire.pb.js";
import { Order, OrderView } from "../fixtures/mapped/gen/test/mapped.pb.js";
import { toJson, toJsonString } from "../json/index.js";
import { clone } from "../message/clone.js";
import { codecSymbol, type RuntimeType, viewSymbol } from "../message/codec.js";
import { equals } from "../message/equals.js";
import { getExtension, hasExtension, setExtension } from "../message/extension-access.js";
import type { MessageType } from "../message/message-type.js";
import { isSet } from "../message/presence.js";
import { unknownFields } from "../message/unknown-fields.js";
import { createRegistry } from "../reflect/index.js";
import { decodeViewRange } from "./decode.js";
import type { View, ViewDecodeOptions } from "./view-type.js";

const lazily: ViewDecodeOptions = { validate: "on-access" };

function join(...parts: readonly ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(part as number[])]));
}

function failure(work: () => unknown): DecodeError {
  try {
    work();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** How often the codec of any of the types is asked to decode while `work` runs. */
function decodes(types: readonly MessageType[], work: () => void): number {
  let count = 0;
  const restore: (() => void)[] = [];
  for (const type of types) {
    const codec = (type as RuntimeType)[codecSymbol] as { read: unknown };
    const { messageClass } = (type as RuntimeType)[codecSymbol];
    for (const holder of [codec, messageClass] as { read: (...a: unknown[]) => unknown }[]) {
      const { read } = holder;
      holder.read = (...parameters: unknown[]) => {
        count++;
        return read(...parameters);
      };
      restore.push(() => {
        holder.read = read;
      });
    }
  }
  try {
    work();
  } finally {
    for (const undo of restore) undo();
  }
  return count;
}

const tree = Tree.create({
  left: { note: "left", value: 3, data: Uint8Array.of(1, 2, 3) },
  children: [{ note: "a" }, { note: "b", left: { value: -1 } }],
  named: { x: { note: "named" } },
  choice: { case: "chosen", value: { note: "chosen" } },
  group: { note: "group" },
  attributes: { n: 1, list: [null, { deep: true }] },
  boxed: "",
  note: "ünï",
});
const treeBytes = Tree.encode(tree);

describe("a view", () => {
  it("is told by its type, and is no message", () => {
    const view = TreeView.decode(treeBytes);
    expect(TreeView.is(view)).toBe(true);
    expect(Tree.is(view)).toBe(false);
    expect(TreeView.is(tree)).toBe(false);
    expect(EverythingView.is(view)).toBe(false);
    expect([TreeView.is(null), TreeView.is("x"), TreeView.is({})]).toEqual([false, false, false]);
    expect(TreeView.typeName).toBe("test.wire.Tree");
    expect(TreeView.desc).toBe(Tree.desc);
    expect(TreeView.message).toBe(Tree);
    expect((view as unknown as { [viewSymbol]: unknown })[viewSymbol]).toBe(TreeView);
  });

  it("remembers what it made: lists, maps, strings and views are the same objects again", () => {
    const view = TreeView.decode(treeBytes);
    expect(view.children).toBe(view.children);
    expect(view.left).toBe(view.left);
    expect(view.named).toBe(view.named);
    expect(view.choice).toBe(view.choice);
    expect(view.attributes).toBe(view.attributes);
    expect(view.groups).toBe(view.groups);
    expect(view.left!.data).toBe(view.left!.data);
  });

  it("shares the memory of its input, in `bytes` fields and in $bytes", () => {
    const view = TreeView.decode(treeBytes);
    expect(view.left!.data.buffer).toBe(treeBytes.buffer);
    expect(view.left!.$bytes.buffer).toBe(treeBytes.buffer);
    expect(Tree.decode(view.left!.$bytes)).toEqual(tree.left);
    expect(view.group!.$bytes).toEqual(Tree.encode(tree.group!));
  });

  it("cannot be written to", () => {
    const view = TreeView.decode(treeBytes) as { note: string };
    expect(() => {
      view.note = "x";
    }).toThrow(TypeError);
  });

  it("says that it is read-only to who would set its extensions", () => {
    expect(() => setExtension(PartView.decode(new Uint8Array()) as Part, note, "x")).toThrow(
      "a view of test.ops.Part is read-only; $toMessage() gives a message that can be written",
    );
  });

  it("reads the same after an await, after its call and after other decodes", async () => {
    const handler = async (view: TreeView): Promise<() => unknown> => {
      await Promise.resolve();
      return () => [view.note, view.children[1]!.left!.value, view.named.get("x")!.note];
    };
    for (const options of [{}, lazily]) {
      const kept = await handler(TreeView.decode(treeBytes.slice(), options));
      for (let i = 0; i < 50; i++) {
        const other = Tree.encode({ note: "other".repeat(i * 40), children: [{}, { note: "y" }] });
        expect(TreeView.decode(other).children[1]!.note).toBe("y");
        TreeView.encode(TreeView.decode(other, lazily));
      }
      expect(kept()).toEqual(["ünï", -1, "named"]);
    }
  });

  it("detaches from a large input", () => {
    const large = Tree.encode({ ...tree, data: new Uint8Array(1 << 20) });
    const own = TreeView.decode(large).children[1]!.$detach();
    expect(own.$bytes.buffer.byteLength).toBeLessThan(1 << 16);
    large.fill(0xff);
    expect(own.note).toBe("b");
    expect(own.left!.value).toBe(-1);
    expect(TreeView.is(own)).toBe(true);
    expect(own.$toMessage()).toEqual(Tree.create({ note: "b", left: { value: -1 } }));
  });

  it("takes Buffers and parts of a buffer, and refuses what is none", () => {
    expect(TreeView.decode(Buffer.from(treeBytes)).note).toBe("ünï");
    const around = join([255, 255], treeBytes, [255]);
    const part = around.subarray(2, around.length - 1);
    expect(TreeView.decode(part).children[0]!.note).toBe("a");
    const ranged = decodeViewRange(TreeView, around, 2, around.length - 1, undefined);
    expect(ranged.note).toBe("ünï");
    expect(ranged.left.note).toBe("left");
    expect(TreeView.encode(ranged as never)).toEqual(treeBytes);
    expect(() => TreeView.decode("x" as never)).toThrow(/takes|decoded from a Uint8Array/);
    expect(() => TreeView.decode(treeBytes, { validate: "no" as never })).toThrow(/on-access/);
  });

  it("never asks the codec of a message, unless it is converted", () => {
    const types = [Tree, Everything];
    for (const options of [{}, lazily]) {
      const count = decodes(types, () => {
        const view = TreeView.decode(treeBytes, options);
        expect(equals(Tree, Tree.create(view), tree)).toBe(true);
        toJsonString(TreeView, view);
        TreeView.encode(view);
        view.left!.$detach();
      });
      expect(count).toBe(0);
      expect(decodes(types, () => TreeView.decode(treeBytes).$toMessage())).toBeGreaterThan(0);
    }
  });
});

describe("fields that occur more than once", () => {
  it("of a singular message are one message, in any depth", () => {
    const first = Tree.encode({ left: { note: "1", left: { value: 1, numbers: [1] } } });
    const second = Tree.encode({ left: { left: { note: "2", numbers: [2] }, maybe: "m" } });
    const bytes = join(first, Tree.encode({ note: "between" }), second);
    const wanted = Tree.decode(bytes);
    for (const options of [{}, lazily]) {
      const left = TreeView.decode(bytes, options).left!;
      expect(left.note).toBe("1");
      expect(left.maybe).toBe("m");
      expect([left.left!.value, left.left!.note, left.left!.numbers]).toEqual([1, "2", [1, 2]]);
      expect(left.$toMessage()).toEqual(wanted.left);
      expect(Tree.decode(left.$bytes)).toEqual(wanted.left);
      expect(Tree.decode(TreeView.encode(left))).toEqual(wanted.left);
      expect(left.$detach().left!.numbers).toEqual([1, 2]);
      expect(left.left!.$detach().note).toBe("2");
    }
  });

  it("of a oneof: the last one wins, and the same message member goes on", () => {
    const chosen = (note: string, value: number): Uint8Array =>
      Tree.encode({ choice: { case: "chosen", value: { note, value } } });
    const text = Tree.encode({ choice: { case: "text", value: "t" } });
    const read = (...parts: Uint8Array[]): unknown =>
      TreeView.decode(join(...parts)).choice as unknown;
    expect(read(chosen("a", 1), text)).toEqual({ case: "text", value: "t" });
    expect(read(chosen("a", 1), chosen("", 2))).toMatchObject({
      case: "chosen",
      value: { note: "a", value: 2 },
    });
    expect(read(chosen("a", 1), text, chosen("", 2))).toMatchObject({
      value: { note: "", value: 2 },
    });
    expect(read(chosen("x", 0), chosen("a", 1), text, chosen("", 2), chosen("b", 0))).toMatchObject(
      { value: { note: "b", value: 2 } },
    );
  });

  it("of a map: the last one wins, a missing key or value is the default", () => {
    const entry = (...body: number[]): number[] => [98, body.length, ...body];
    const bytes = join(
      entry(10, 1, 97, 18, 1, 49),
      entry(10, 1, 98),
      entry(10, 1, 97, 18, 1, 50),
      entry(),
    );
    for (const options of [{}, lazily]) {
      const { mString } = MapsView.decode(bytes, options);
      expect([...mString]).toEqual([...Maps.decode(bytes).mString]);
      expect(mString.get("a")).toBe("2");
      expect([mString.size, mString.has("b"), mString.get("")]).toEqual([3, true, ""]);
    }
  });

  it("of a list: packed and unpacked ones are read in their order", () => {
    const bytes = join([26, 2, 1, 2], [24, 3], [26, 1, 4], [24, 5]);
    expect(Lists.decode(bytes).lInt32).toEqual([1, 2, 3, 4, 5]);
    for (const options of [{}, lazily])
      expect(ListsView.decode(bytes, options).lInt32).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("what the schema does not know", () => {
  it("stays: numbers of closed enums, fields and extensions", () => {
    const bytes = join(
      Closings.encode({ one: Closed.ONE, after: 5, packed: [Closed.TWO] }),
      [8, 99],
      [18, 3, 1, 77, 2],
      [24, 66, 24, 1],
      [0xfa, 0x06, 1, 65],
    );
    const message = Closings.decode(bytes);
    for (const options of [{}, lazily]) {
      const view = ClosingsView.decode(bytes, options);
      expect([view.one, view.packed, view.expanded]).toEqual([1, [2, 1, 2], [1]]);
      expect(unknownFields(view)).toEqual(unknownFields(message));
      expect(unknownFields(view)).toHaveLength(4);
      expect(
        unknownFields(ClosingsView.decode(bytes, { ...options, keepUnknownFields: false })),
      ).toEqual([]);
    }
  });

  it("is left out of the bytes where it is not kept", () => {
    const bytes = join(treeBytes, [0xfa, 0x06, 1, 65]);
    const view = TreeView.decode(bytes, { keepUnknownFields: false });
    expect(Tree.decode(TreeView.encode(view))).toEqual(tree);
    expect(TreeView.encode(TreeView.decode(bytes), { writeUnknownFields: false })).toEqual(
      treeBytes,
    );
    expect(TreeView.encode(TreeView.decode(bytes))).toEqual(bytes);
  });

  it("is read as extensions, of a MessageSet where asked for", () => {
    const part = Part.create({ name: "p" });
    setExtension(part, note, "hello");
    const view = PartView.decode(Part.encode(part));
    expect(hasExtension(view, note)).toBe(true);
    expect(getExtension(view, note)).toBe("hello");
    expect(toJson(PartView, view, { registry: createRegistry(note) })).toEqual({
      name: "p",
      "[test.ops.note]": "hello",
    });

    const set = MessageSet.create();
    setExtension(set, Item_item, { text: "item" });
    const bytes = MessageSet.encode(set);
    for (const options of [{}, lazily]) {
      const items = SetView.decode(bytes, { ...options, messageSet: true });
      expect(getExtension(items, Item_item)).toMatchObject({ text: "item" });
      expect(hasExtension(SetView.decode(bytes, options), Item_item)).toBe(false);
      expect(SetView.encode(items)).toEqual(bytes);
    }
  });
});

describe("functions over messages", () => {
  it("take views: create, encode, clone, equals, isSet", () => {
    const view = TreeView.decode(treeBytes);
    expect(Tree.create(view)).toEqual(tree);
    expect(Tree.is(Tree.create(view).left)).toBe(true);
    expect(Tree.encode(view)).toEqual(treeBytes);
    expect(Tree.create({ left: view }).left).toEqual(tree);
    expect(Tree.encode({ children: [view] })).toEqual(Tree.encode({ children: [tree] }));
    expect(equals(Tree, view, tree)).toBe(true);
    const copy = clone(Tree, view);
    expect(copy).toEqual(tree);
    expect(copy.left!.data.buffer).not.toBe(treeBytes.buffer);
    expect(isSet(Tree, view, "note")).toBe(true);
    expect(isSet(Tree, view, "maybe")).toBe(false);
    expect(() => Everything.create(view as never)).toThrow(/test\.ops\.Everything/);
  });

  it("write JSON from a view, by the view's type or the message's", () => {
    const view = TreeView.decode(treeBytes, lazily);
    expect(toJson(TreeView, view)).toEqual(toJson(Tree, tree));
    expect(toJsonString(Tree, view)).toBe(toJsonString(Tree, tree));
    expect(
      createRegistry({ Tree, TreeView, [Symbol.toStringTag]: "Module" } as never),
    ).toBeDefined();
  });

  it("write bytes deterministically where asked for", () => {
    const bytes = Maps.encode({
      mString: [
        ["b", "1"],
        ["a", "2"],
      ],
    });
    const view = MapsView.decode(bytes);
    expect(MapsView.encode(view)).toEqual(bytes);
    expect(MapsView.encode(view, { deterministic: true })).toEqual(
      Maps.encode({
        mString: [
          ["a", "2"],
          ["b", "1"],
        ],
      }),
    );
    expect(() => TreeView.encode(view as never)).toThrow(TypeError);
  });

  it("show a view as the message it is of", () => {
    const view = TreeView.decode(treeBytes);
    expect(JSON.stringify(view)).toBe(JSON.stringify(tree));
    expect(inspect(view)).toBe(inspect(tree));
    expect(inspect(TreeView.decode(Uint8Array.of(10, 9), lazily))).toContain("test.wire.Tree");
  });

  it("see what a mapping makes of a view's messages", () => {
    const init = {
      created: new Date(5000),
      changed: [new Date(1)],
      marks: { a: new Date(2) },
      when: { case: "at", value: new Date(3) },
      price: "12.34",
      parts: ["1.00", "2.50"],
    } as const;
    const order = Order.create(init as never);
    const view = OrderView.decode(Order.encode(order));
    expect(Order.create(view as never)).toEqual(order);
    expect([view.price, view.price, view.parts]).toEqual(["12.34", "12.34", ["1.00", "2.50"]]);
    expect(toJson(OrderView, view)).toEqual(toJson(Order, order));
    // price: 100 cents, which the mapping refuses
    const refused = OrderView.decode(Uint8Array.of(58, 2, 16, 100));
    expect(failure(() => refused.price)).toMatchObject({ path: "price" });
  });
});

describe("on access", () => {
  it("a fault is an error with its path and offset, once it is read", () => {
    const bytes = Tree.encode({
      children: [{ note: "fine" }, { left: { note: "bad!" }, value: 1 }],
    });
    const at = Buffer.from(bytes).indexOf("bad!");
    bytes[at] = 0xff;
    expect(failure(() => TreeView.decode(bytes))).toMatchObject({
      path: "children[1].left.note",
      offset: at,
      typeName: "test.wire.Tree",
    });
    const view = TreeView.decode(bytes, lazily);
    expect(view.children[0]!.note).toBe("fine");
    expect(view.children[1]!.value).toBe(1);
    for (let i = 0; i < 2; i++) {
      expect(failure(() => view.children[1]!.left!.note)).toMatchObject({
        path: "children[1].left.note",
        offset: at,
        typeName: "test.wire.Tree",
        reason: "BOWLINE_DECODE_MALFORMED",
      });
    }
    expect(failure(() => view.$toMessage()).path).toBe("children[1].left.note");
    expect(TreeView.encode(view)).toEqual(bytes);
  });

  it("a fault in a fragment has the path of the whole", () => {
    const part = (note: string): Uint8Array => Tree.encode({ left: { left: { note } } });
    const bytes = join(part("one"), part("two"));
    bytes[bytes.length - 1] = 0xff;
    const view = TreeView.decode(bytes, lazily);
    expect(failure(() => view.left!.left!.note).path).toBe("left.left.note");
  });

  it("what is cut off is an error, not a value", () => {
    for (let n = 0; n < treeBytes.length; n++) {
      const cut = treeBytes.subarray(0, n);
      let wanted = true;
      try {
        Tree.decode(cut);
      } catch {
        wanted = false;
      }
      const view = TreeView.decode(cut, lazily);
      if (wanted) expect(Tree.create(view)).toEqual(Tree.decode(cut));
      else expect(failure(() => Tree.create(view)).reason).toBe("BOWLINE_DECODE_MALFORMED");
    }
  });

  it("LEGACY_REQUIRED fields are looked for when it is converted", () => {
    expect(failure(() => RequiredView.decode(new Uint8Array())).path).toBe("id");
    expect(RequiredView.decode(new Uint8Array(), { allowPartial: true }).id).toBeUndefined();
    const view = RequiredView.decode(
      Required.encode({ id: "x", next: {} }, { allowPartial: true }),
      lazily,
    );
    expect(view.id).toBe("x");
    expect(failure(() => view.$toMessage())).toMatchObject({
      reason: "BOWLINE_DECODE_REQUIRED",
      path: "next.id",
    });
    const partial = { ...lazily, allowPartial: true } as const;
    expect(RequiredView.decode(new Uint8Array(), partial).$toMessage()).toEqual(Required.create());
    expect(RequiredView.decode(Required.encode({ id: "x" })).plain).toBeUndefined();
    expect(Plain.desc.fieldByName("text")!.default).toBe("hello");
  });
});

describe("limits", () => {
  /** `left` in `left`, `levels` times. */
  function nested(levels: number): Uint8Array {
    let bytes: Uint8Array = new Uint8Array();
    for (let i = 0; i < levels; i++) bytes = wrap(bytes);
    return bytes;
  }

  function wrap(bytes: Uint8Array): Uint8Array {
    const length =
      bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
    return join([10, ...length], bytes);
  }

  function depthOf(view: TreeView): number {
    let depth = 0;
    for (let at = view.left; at !== undefined; at = at.left) depth++;
    return depth;
  }

  it.each([99, 100, 101])("nesting of %i levels against a limit of 100", (levels) => {
    const bytes = nested(levels);
    if (levels <= 100) {
      expect(depthOf(TreeView.decode(bytes))).toBe(levels);
      expect(depthOf(TreeView.decode(bytes, lazily))).toBe(levels);
      return;
    }
    expect(failure(() => TreeView.decode(bytes)).reason).toBe("BOWLINE_DECODE_LIMIT");
    const view = TreeView.decode(bytes, lazily);
    expect(failure(() => depthOf(view)).reason).toBe("BOWLINE_DECODE_LIMIT");
    // a subtree keeps the budget it was found with
    let inner = view.left!;
    for (let i = 0; i < 50; i++) inner = inner.left!;
    expect(failure(() => depthOf(inner.$detach())).reason).toBe("BOWLINE_DECODE_LIMIT");
  });

  it("groups 100,000 deep end the scan, known and unknown ones", () => {
    for (const start of [[59], [0xfb, 0x06]]) {
      const bytes = join(...Array.from({ length: 100_000 }, () => start));
      for (const options of [{}, lazily]) {
        expect(failure(() => TreeView.decode(bytes, options).note).reason).toBe(
          "BOWLINE_DECODE_LIMIT",
        );
      }
    }
  });

  it("nested groups around much are walked over once, not once a level", () => {
    const depth = 95;
    const many = 1_200_000;
    const bytes = new Uint8Array(many + 2 * depth);
    bytes.fill(59, 0, depth).fill(60, depth + many);
    for (let i = 0; i < many; i += 2) bytes.set([0x48, 1], depth + i);
    for (const options of [{}, lazily]) {
      const start = performance.now();
      let view = TreeView.decode(bytes, options);
      let levels = 0;
      for (let at = view.group; at !== undefined; at = at.group) {
        view = at;
        levels++;
      }
      expect([levels, view.value]).toEqual([depth, 1]);
      // once a level would be 95 times 600,000 fields, and again for each end
      expect(performance.now() - start).toBeLessThan(400);
    }
  });

  it("of element memory hold for all that is read of one tree, not for reading again", () => {
    const bytes = Tree.encode({ children: Array.from({ length: 20 }, () => ({ note: "note" })) });
    const read = (elementMemoryBytes: number): (() => void) => {
      const view = TreeView.decode(bytes, { ...lazily, limits: { elementMemoryBytes } });
      return () => {
        for (const { note, numbers } of view.children)
          expect([note, numbers]).toEqual(["note", []]);
      };
    };
    const all = 21 * 632 + 20 * 28;
    const enough = read(all);
    enough();
    enough();
    expect(failure(read(all - 1))).toMatchObject({ reason: "BOWLINE_DECODE_LIMIT" });
    expect(TreeView.decode(bytes, { limits: { elementMemoryBytes: all } }).children).toHaveLength(
      20,
    );
    expect(
      failure(() => TreeView.decode(bytes, { limits: { elementMemoryBytes: all - 1 } })).reason,
    ).toBe("BOWLINE_DECODE_LIMIT");
  });

  it("of unknown fields hold for a lazy tree", () => {
    const unknown = [0xf8, 0x06, 1];
    const bytes = join(unknown, Tree.encode({ note: "x" }), [10, 6, ...unknown, ...unknown]);
    const limited = (unknownFields: number): TreeView =>
      TreeView.decode(bytes, { ...lazily, limits: { unknownFields } });
    expect(limited(3).left!.note).toBe("");
    const view = limited(2);
    expect(view.note).toBe("x");
    expect(failure(() => view.left!.note)).toMatchObject({
      reason: "BOWLINE_DECODE_LIMIT",
      path: "left",
    });
  });
});

describe("UTF-8 of large inputs", () => {
  const long = "ä€😀x".repeat(3000);

  it("is accepted wherever the window of the check ends", () => {
    for (let shift = 0; shift < 12; shift++) {
      const children = [
        { note: `${"y".repeat(shift)}${"😀".repeat(9000)}` },
        { data: new Uint8Array(40_000).fill(0xff), note: long },
        { note: "z".repeat(32760 + shift), value: -1 },
        { numbers: Array.from({ length: 9000 }, (_, i) => i * 77777) },
        ...Array.from({ length: 3000 }, (_, i) => ({ note: `é${i}`, value: 300 + i })),
      ];
      const bytes = Tree.encode({ children });
      const view = TreeView.decode(bytes);
      expect(view.children[1]!.note === long).toBe(true);
      expect(view.children).toHaveLength(children.length);
      expect(equals(Tree, view, Tree.decode(bytes))).toBe(true);
    }
  });

  it("is refused with its path wherever one byte of it is wrong", () => {
    const bytes = Tree.encode({
      children: Array.from({ length: 1200 }, (_, i) => ({
        note: `é${"€".repeat(i % 90)}`,
        value: i,
      })),
    });
    expect(bytes.length).toBeGreaterThan(4 * 32768);
    for (let at = 5; at < bytes.length; at += 397) {
      const kept = bytes[at]!;
      for (const wrong of [0xff, 0xc3, 0x80]) {
        bytes[at] = wrong;
        let wanted = "";
        try {
          Tree.decode(bytes);
        } catch (error) {
          wanted = (error as Error).message;
        }
        let got = "";
        try {
          TreeView.decode(bytes);
        } catch (error) {
          got = (error as Error).message;
        }
        expect(got, `byte ${at} as ${wrong}`).toBe(wanted);
      }
      bytes[at] = kept;
    }
  });
});

describe("types", () => {
  it("are those of the message, read-only all through", () => {
    const view: TreeView = TreeView.decode(treeBytes);
    const children: readonly TreeView[] = view.children;
    const named: ReadonlyMap<string, TreeView> = view.named;
    const back: Tree = view.$toMessage();
    const own: TreeView = view.$detach();
    const any: View<Tree> = view;
    // @ts-expect-error a view is read-only
    const write = (): void => void (view.note = "x");
    // @ts-expect-error a view is no message: it lacks nothing that is read, but what is written
    const message: Tree = view;
    // @ts-expect-error lists are read-only
    const push = (): void => void view.children.push(view);
    if (view.choice?.case === "text") {
      const text: string = view.choice.value;
      expect(text).toBeDefined();
    }
    expect([children, named, back, own, any, write, message, push]).toHaveLength(8);
    expect(Everything.create()).toBeDefined();
  });
});
