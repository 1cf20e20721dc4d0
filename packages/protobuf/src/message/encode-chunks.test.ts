import { describe, expect, it } from "vitest";
import { EncodeError } from "../errors.js";
import { blob, Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { Item, Item_item, Set as MessageSet, Required } from "../fixtures/gen/test/ops2.pb.js";
import { Lists, Maps, Tree } from "../fixtures/gen/test/wire.pb.js";
import { type Random, random, randomInit } from "../fixtures/random.js";
import { tag, varint } from "../fixtures/reference.js";
import { encodeChunks } from "./encode-chunks.js";
import { getExtension, setExtension } from "./extension-access.js";
import type { EncodeOptions, MessageType } from "./message-type.js";
import { setUnknownFields } from "./unknown-fields.js";

/** The chunks of a message, after it was seen that together they are its bytes. */
function chunksOf(type: MessageType, message: unknown, options?: EncodeOptions): Uint8Array[] {
  const chunks = encodeChunks(type, message, options);
  const wanted = type.encode(message, options);
  if (Buffer.compare(Buffer.concat(chunks), wanted) !== 0)
    throw new Error(`the chunks are not the ${wanted.length} bytes of the message`);
  for (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
  return chunks;
}

/** How many chunks lie in the memory of one of these arrays, at its very place. */
function shared(chunks: readonly Uint8Array[], values: readonly Uint8Array[]): number {
  return chunks.filter((chunk) =>
    values.some(
      (value) =>
        value.buffer === chunk.buffer &&
        value.byteOffset === chunk.byteOffset &&
        value.length === chunk.length,
    ),
  ).length;
}

const large = (size = 5000, fill = 7): Uint8Array => new Uint8Array(size).fill(fill);

describe("encodeChunks", () => {
  it("gives nothing for an empty message and one chunk for a small one", () => {
    expect(encodeChunks(Tree, {})).toEqual([]);
    expect(chunksOf(Tree, { note: "x", data: large(4095) })).toHaveLength(1);
    // past the shared blocks, in memory of its own
    expect(chunksOf(Tree, { note: "x".repeat(5000) })).toHaveLength(1);
    expect(chunksOf(Tree, { note: "x".repeat(200_000) })).toHaveLength(1);
    // lengths that take more bytes than were reserved, and nothing that is not copied
    expect(chunksOf(Tree, { left: { left: { note: "x".repeat(20_000) } } })).toHaveLength(1);
  });

  it("does not copy bytes from 4 KiB on, in every kind of field", () => {
    const data = large(4096);
    const chunks = chunksOf(Tree, { note: "before", data, value: 7, maybe: "behind" });
    expect(chunks).toHaveLength(3);
    expect(shared(chunks, [data])).toBe(1);
    const group = { data: large(4097) };
    const boxed = large(9000);
    const inits = [
      { group },
      { left: group },
      { children: [group, {}, group] },
      { named: { a: group } },
      { choice: { case: "chosen", value: group } },
      { choice: { case: "chosenGroup", value: group } },
      { boxedBytes: boxed },
    ];
    for (const init of inits) {
      const message = Tree.create(init as never);
      const held = chunksOf(Tree, message);
      expect(shared(held, [group.data, boxed]), Object.keys(init)[0]).toBe(
        "children" in init ? 2 : 1,
      );
    }
    const list = [large(4096, 1), large(10, 2), large(70_000, 3)];
    expect(shared(chunksOf(Lists, { lBytes: list }), list)).toBe(2);
    expect(shared(chunksOf(Maps, { mInt64: new Map([[5n, list[2]!]]) }), list)).toBe(1);
    expect(shared(chunksOf(Tree, { data: Buffer.from(list[2]!.buffer) }), list)).toBe(1);
  });

  it("does not copy large runs of unknown fields and extensions", () => {
    const run = Uint8Array.from([...tag(999, 2), ...varint(5000n), ...large()]);
    const tree = Tree.create({ left: { note: "x" } });
    setUnknownFields(tree.left!, [{ bytes: run }, { bytes: Uint8Array.from([...tag(998, 0), 1]) }]);
    expect(shared(chunksOf(Tree, tree), [run])).toBe(1);
    expect(chunksOf(Tree, tree, { writeUnknownFields: false })).toHaveLength(1);
    const part = Part.create();
    setExtension(part, blob, large(8192));
    expect(chunksOf(Part, part)).toHaveLength(1);
    const value = getExtension(part, blob);
    expect(value).toHaveLength(8192);
    const set = MessageSet.create();
    setExtension(set, Item_item, Item.create({ text: "t".repeat(6000) }));
    const chunks = chunksOf(MessageSet, set);
    expect(chunks).toHaveLength(3);
    const back = MessageSet.decode(Buffer.concat(chunks), { messageSet: true });
    expect(getExtension(back, Item_item)!.text).toHaveLength(6000);
  });

  it("is right for messages of many small and large fields, sorted or not", () => {
    const r = random(11);
    const sizes = [0, 1, 127, 900, 1023, 1024, 4095, 4096, 4097, 16_383, 16_384, 70_000];
    for (let round = 0; round < 200; round++) {
      const message = Tree.create(grown(r, sizes, 4) as never);
      chunksOf(Tree, message);
      chunksOf(Tree, message, { deterministic: true });
      const other = randomInit(r, Everything.desc, 3) as { chunks?: unknown };
      other.chunks = Array.from({ length: r(4) }, () => large(sizes[r(12)]!, r(256)));
      chunksOf(Everything, Everything.create(other as never), { deterministic: r(2) === 1 });
    }
  });

  it("is right at 4 MiB under 100 levels, and as cheap as under one", () => {
    const data = large(4 << 20, 9);
    let message = Tree.create({ data });
    for (let level = 0; level < 99; level++) message = Tree.create({ left: message, value: level });
    const chunks = chunksOf(Tree, message);
    expect(shared(chunks, [data])).toBe(1);
    expect(chunks).toHaveLength(3);
    const copied = chunks.filter((chunk) => chunk.buffer !== data.buffer);
    expect(new Set(copied.map((chunk) => chunk.buffer)).size).toBe(1);
    expect(copied[0]!.buffer.byteLength).toBeLessThan(1000);
  });

  it("allocates next to nothing for what is large", () => {
    const data = large(64 << 20);
    encodeChunks(Tree, { data, left: { data } });
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 20; n++) encodeChunks(Tree, { data, left: { data }, note: "x" });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
  });

  it("gives memory that nothing else writes", () => {
    const data = large();
    const kept = Array.from({ length: 500 }, (_, n) => encodeChunks(Tree, { note: `${n}`, data }));
    kept.forEach((chunks, n) => {
      expect(Tree.decode(Buffer.concat(chunks)).note).toBe(`${n}`);
    });
  });

  it("takes 2 GiB − 1 and refuses one byte more, as encode does", () => {
    const half = new Uint8Array(2 ** 30);
    const rest = 2 ** 31 - 1 - (half.length + 1 + 5) - (1 + 5);
    const list = (size: number): object => ({ chunks: [half, half.subarray(0, size)] });
    // the tag of field 20 takes two bytes
    const chunks = encodeChunks(Everything, list(rest - 2) as never);
    expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBe(2 ** 31 - 1);
    for (const size of [rest - 1, half.length]) {
      try {
        encodeChunks(Everything, list(size) as never);
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(EncodeError);
        expect((error as EncodeError).reason).toBe("BOWLINE_ENCODE_SIZE");
      }
    }
    const nested = { left: { children: [{ data: half }, { data: half }, { data: half }] } };
    expect(() => encodeChunks(Tree, nested as never)).toThrow("2 GiB or more");
    expect(chunksOf(Tree, { data: large() })).toHaveLength(2);
  });

  it("refuses what encode refuses, by its path, and takes literals in the place of messages", () => {
    const wrong = { data: large(), left: { children: [{ value: "x" }] } };
    expect(() => encodeChunks(Tree, wrong as never)).toThrow("field left.children[0].value");
    const message = Tree.create({ data: large() });
    (message as { named: unknown }).named = { a: { data: large(6000) } };
    expect(encodeChunks(Tree, message)).toHaveLength(4);
    expect(() => encodeChunks(Required, {} as never)).toThrow("required and not set: id");
    expect(encodeChunks(Required, {}, { allowPartial: true })).toEqual([]);
  });

  it("leaves other encodes as they are, those within it too", () => {
    const data = large();
    const inner: (Uint8Array | Uint8Array[])[] = [];
    const outer = Tree.create({ data, left: { data } });
    Object.defineProperty(outer, "note", {
      get(): string {
        inner.push(Tree.encode({ data }), encodeChunks(Tree, { data, value: 1 }));
        return "n";
      },
      enumerable: true,
    });
    const chunks = encodeChunks(Tree, outer);
    expect(chunks).toHaveLength(5);
    expect(inner).toHaveLength(2);
    const [whole, parts] = inner as [Uint8Array, Uint8Array[]];
    expect(whole).toHaveLength(5003);
    expect(parts).toHaveLength(2);
    expect(Tree.encode({ data })).toEqual(whole);
    const plain = Tree.create({ data, left: { data }, note: "n" });
    expect(Buffer.compare(Buffer.concat(chunks), Tree.encode(plain))).toBe(0);
  });
});

/** A tree of values of these sizes. */
function grown(r: Random, sizes: readonly number[], depth: number): Record<string, unknown> {
  const data = (): Uint8Array => large(sizes[r(sizes.length)]!, r(256));
  const below = (): Record<string, unknown> => grown(r, sizes, depth - 1);
  return {
    note: "n".repeat(r(200)),
    ...(r(2) === 0 && { data: data() }),
    ...(r(3) === 0 && { boxedBytes: data() }),
    ...(depth > 0 && r(2) === 0 && { left: below() }),
    ...(depth > 0 && r(3) === 0 && { group: below() }),
    ...(depth > 0 && r(3) === 0 && { children: Array.from({ length: r(4) }, below) }),
    ...(depth > 0 && r(3) === 0 && { named: { b: below(), a: below() } }),
    ...(depth > 0 && r(3) === 0 && { choice: { case: "chosenGroup", value: below() } }),
  };
}
