import { afterEach, describe, expect, it, vi } from "vitest";
import { Tree, TreeView } from "../fixtures/gen/test/wire.pb.js";
import type { RuntimeViewType } from "./context.js";

const { prototype } = (TreeView as unknown as RuntimeViewType).viewClass as unknown as {
  readonly prototype: { $scan(): unknown };
};

afterEach(() => vi.restoreAllMocks());

/** Checks another input: what was found in those before it is forgotten. */
const checkAnother = () => TreeView.decode(Tree.encode({ value: 1 }));

const init = (depth: number): object => ({
  value: depth,
  note: `depth ${depth}`,
  numbers: [depth, 300 * depth],
  ...(depth > 0 && {
    left: init(depth - 1),
    children: [init(depth - 1), {}, init(depth - 1)],
    group: { note: "group" },
    groups: [{ value: 7 }, { value: 8, children: [{ value: 9 }] }],
    choice: { case: "chosen", value: { value: depth } },
  }),
});

describe("the index of an input", () => {
  it("spares the views that are read next looking for their fields", () => {
    const tree = Tree.create(init(4));
    const view = TreeView.decode(Tree.encode(tree));
    const scan = vi.spyOn(prototype, "$scan");
    expect(JSON.stringify(view)).toBe(JSON.stringify(tree));
    expect(scan).not.toHaveBeenCalled();
  });

  it("is of the last input: views of others look, those that were made already do not", () => {
    const tree = Tree.create(init(4));
    const view = TreeView.decode(Tree.encode(tree));
    const { left } = view;
    checkAnother();
    const scan = vi.spyOn(prototype, "$scan");
    expect([view.value, left?.value, left?.note]).toEqual([4, 3, "depth 3"]);
    expect(scan).not.toHaveBeenCalled();
    expect(JSON.stringify(view)).toBe(JSON.stringify(tree));
    expect(scan).toHaveBeenCalled();
  });

  it("has the last of the messages that a oneof was set to, by whatever way", () => {
    const chosen = (value: number) => Tree.encode({ choice: { case: "chosen", value: { value } } });
    const parts = [chosen(1), Tree.encode({ choice: { case: "text", value: "x" } }), chosen(2)];
    for (const isLast of [true, false]) {
      const view = TreeView.decode(new Uint8Array(Buffer.concat(parts)));
      if (!isLast) checkAnother();
      expect(view.choice).toMatchObject({ case: "chosen", value: { value: 2 } });
    }
  });

  it("finds messages in maps, and behind them", () => {
    const tree = Tree.create({
      named: new Map([["a", { children: [{ value: 1 }, { value: 2 }] }]]),
      children: [{ value: 3 }],
    });
    const view = TreeView.decode(Tree.encode(tree));
    expect(view.children.map(({ value }) => value)).toEqual([3]);
    expect(view.named.get("a")?.children.map(({ value }) => value)).toEqual([1, 2]);
  });

  it("does without an input of which it would take too much, and goes on with the next", () => {
    const children = Array.from({ length: 20_000 }, (_, value) => ({ value, note: "x" }));
    const tree = Tree.create({ children });
    const view = TreeView.decode(Tree.encode(tree));
    const scan = vi.spyOn(prototype, "$scan");
    expect(view.children.every(({ value }, at) => value === at)).toBe(true);
    expect(scan).toHaveBeenCalledTimes(20_001);
    scan.mockClear();
    const next = TreeView.decode(Tree.encode(Tree.create(init(3))));
    expect(JSON.stringify(next)).toBe(JSON.stringify(Tree.create(init(3))));
    expect(scan).not.toHaveBeenCalled();
  });

  it("says nothing of an input that was refused", () => {
    const bytes = Tree.encode(Tree.create(init(3)));
    expect(() => TreeView.decode(bytes.subarray(0, -1))).toThrow("truncated");
    const view = TreeView.decode(bytes);
    expect(JSON.stringify(view)).toBe(JSON.stringify(Tree.create(init(3))));
  });
});
