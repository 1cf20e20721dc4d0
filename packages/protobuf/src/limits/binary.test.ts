/** Every limit of the binary decoder, in each way into it, at the limit's edges and without it. */
import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { type DecodePath, decodePaths } from "../fixtures/decode-paths.js";
import { Empty } from "../fixtures/gen/test/ops.pb.js";
import { Closings, Holder, Lists, Maps, Nothing, Tree } from "../fixtures/gen/test/wire.pb.js";
import { type Bytes, field, group, nested, number, repeat, tag } from "../fixtures/wire-bytes.js";
import type { DecodeLimits, MessageType } from "../message/message-type.js";

/** Bytes that need just so much of a limit. */
interface Row {
  readonly name: string;
  readonly type: MessageType;
  readonly bytes: Bytes | Uint8Array;
  readonly needs: number;
  /** Lazy views do not count it: element memory bounds how many there can be. */
  readonly uncountedByLazyViews?: boolean;
}

/** Why an input is refused, `undefined` where it is accepted. */
function refusal(
  path: DecodePath,
  { type, bytes }: Row,
  limits: DecodeLimits | undefined,
): DecodeError | undefined {
  try {
    path.decode(type, Uint8Array.from(bytes), limits === undefined ? undefined : { limits });
    return undefined;
  } catch (error) {
    if (DecodeError.is(error)) return error;
    throw error;
  }
}

/** A row at limit − 1, limit and limit + 1, with the limit off, and with a limit of 0. */
function atEdges(path: DecodePath, limit: keyof DecodeLimits, row: Row): void {
  const at = (n: number) => refusal(path, row, { [limit]: n });
  for (const n of [row.needs - 1, 0]) {
    expect(at(n)?.reason, `${n}`).toBe("BOWLINE_DECODE_LIMIT");
    expect(at(n)?.message).toContain(`limits.${limit}`);
  }
  for (const n of [row.needs, row.needs + 1, Number.POSITIVE_INFINITY])
    expect(at(n), `${n}`).toBeUndefined();
}

const row = (name: string, type: MessageType, bytes: Row["bytes"], needs: number): Row => ({
  name,
  type,
  bytes,
  needs,
});

const wraps: Readonly<Record<string, (body: Bytes) => number[]>> = {
  messages: (body) => field(1, ...body),
  lists: (body) => field(2, ...body),
  maps: (body) => field(3, ...field(1, 107), ...field(2, ...body)),
  oneofs: (body) => field(4, ...body),
  "groups of oneofs": (body) => group(6, ...body),
  groups: (body) => group(7, ...body),
  "lists of groups": (body) => group(8, ...body),
  "unknown groups": (body) => group(99, ...body),
};

const struct = (levels: number): number[] =>
  nested(levels, (body) => field(1, ...field(1, 107), ...field(2, ...field(5, ...body))));

const depthRows = [
  ...Object.entries(wraps).map(([name, wrap]) => row(name, Tree, nested(5, wrap), 5)),
  row("a Struct and what is in it", Tree, field(13, ...struct(10)), 21),
  row(
    "no level for a map value that is missing",
    Tree,
    [1, 2, 3, 4, 5].reduce((body: Bytes) => wraps.messages!(body), field(3, ...field(1, 107))),
    5,
  ),
  row("unknown groups in a nested message", Holder, field(1, ...nested(5, wraps.groups!)), 6),
];

const unknown = number(99, 1);
const unknownRows = [
  row("at the top", Tree, repeat(7, unknown), 7),
  row("in nested messages", Tree, [...unknown, ...field(1, ...unknown, ...unknown)], 3),
  row("in list elements", Tree, [...field(2, ...unknown), ...field(2, ...unknown)], 2),
  row("in map values", Tree, field(3, ...field(1, 107), ...field(2, ...unknown)), 1),
  row("in unknown groups, and the groups", Nothing, group(9, ...unknown, ...unknown), 3),
  row("of another wire type", Tree, [...field(9), ...number(12, 1)], 2),
  ...[
    row("undeclared numbers of a closed enum", Closings, [...number(1, 9), ...number(4, 9)], 2),
    row("undeclared numbers of a packed list", Closings, field(2, 9, 1, 9, 9), 3),
    row("undeclared numbers in a map", Closings, field(6, ...field(1, 107), ...number(2, 9)), 1),
  ].map((one) => ({ ...one, uncountedByLazyViews: true })),
];

const tree = 64 + 48 + 9 * 8 + 4 * 64 + 192;
const lists = 64 + Lists.desc.members.length * 64;
const maps = 64 + Maps.desc.members.length * 192;
const memoryRows = [
  row("a message", Empty, [], 64),
  row("nested messages", Tree, field(1), 2 * tree),
  row("messages in lists", Tree, [...field(2), ...field(2)], 3 * tree),
  row("groups", Tree, group(7), 2 * tree),
  row("messages in maps", Maps, field(7, ...field(2)), maps + 64 + tree),
  row("a string", Tree, field(12, 97, 98), tree + 26),
  row("bytes", Tree, field(10, 97, 98), tree + 112),
  row("packed numbers", Lists, field(3, 1, 2, 3), lists + 24),
  row("expanded numbers", Lists, [...number(23, 1), ...number(23, 2)], lists + 16),
  row("packed bigints", Lists, field(4, 1, 2), lists + 48),
  row("doubles", Lists, field(1, ...new Array<number>(16).fill(0)), lists + 16),
  row("64-bit numbers as strings", Lists, field(17, 1), lists + 44),
  row("strings in lists", Lists, [...field(14), ...field(14)], lists + 48),
  row("map entries", Maps, field(12, ...field(1, 97), ...field(2, 98)), maps + 64 + 25 + 25),
  row("a run of unknown fields", Tree, [...unknown, ...unknown], tree + 192),
  row("two runs", Tree, [...unknown, ...number(9, 1), ...unknown], tree + 2 * 192),
];

describe.each(decodePaths.map((path) => [path.name, path] as const))("%s", (_, path) => {
  describe("limits.depth", () => {
    it.each(depthRows.map((one) => [one.name, one] as const))("counts %s", (_name, one) => {
      atEdges(path, "depth", one);
    });

    it.each(Object.entries(wraps))("is 100 unless told otherwise: %s", (name, wrap) => {
      expect(refusal(path, row(name, Tree, nested(100, wrap), 100), undefined)).toBeUndefined();
      const error = refusal(path, row(name, Tree, nested(101, wrap), 101), undefined);
      expect(error?.message).toContain("limits.depth");
    });

    it.each(Object.entries(wraps))("stops 100,000 levels, cut or whole: %s", (name, wrap) => {
      const [open, close] = ends(wrap);
      const whole = [...repeat(100_000, open), ...repeat(100_000, close)];
      for (const bytes of [Uint8Array.from(whole), repeat(100_000, open)]) {
        const start = performance.now();
        // what has a length ends before its next level would begin
        expect(refusal(path, row(name, Tree, bytes, 0), undefined)).toBeDefined();
        expect(performance.now() - start).toBeLessThan(1000);
      }
    });
  });

  describe("limits.unknownFields", () => {
    const counted = unknownRows.filter(
      (one) => path.name !== "lazy views" || one.uncountedByLazyViews !== true,
    );
    it.each(counted.map((one) => [one.name, one] as const))("counts those %s", (_name, one) => {
      atEdges(path, "unknownFields", one);
    });

    it.each(
      unknownRows
        .filter((one) => path.name === "lazy views" && one.uncountedByLazyViews)
        .map((one) => [one.name, one] as const),
    )("does not count, but element memory does: %s", (_name, one) => {
      expect(refusal(path, one, { unknownFields: 0 })).toBeUndefined();
      const most = { elementMemoryBytes: 64 + 8 + 48 + 8 + 2 * 64 + 192 + 95 };
      expect(refusal(path, one, most)?.message).toContain("limits.elementMemoryBytes");
    });

    it("is a million unless told otherwise", () => {
      const million = row("", Nothing, repeat(1_000_000, number(1, 1)), 1_000_000);
      expect(refusal(path, million, undefined)).toBeUndefined();
      const more = row("", Nothing, repeat(1_000_001, number(1, 1)), 1_000_001);
      expect(refusal(path, more, undefined)?.message).toContain("limits.unknownFields");
    });
  });

  describe("limits.elementMemoryBytes", () => {
    it.each(memoryRows.map((one) => [one.name, one] as const))("counts %s", (_name, one) => {
      atEdges(path, "elementMemoryBytes", one);
    });

    it("is 32 MiB unless told otherwise", () => {
      const size = 33_554_432;
      const fits = (n: number): Row => row("", Lists, repeat(n, number(23, 1)), n);
      const room = Math.floor((size - lists) / 8);
      expect(refusal(path, fits(room), undefined)).toBeUndefined();
      expect(refusal(path, fits(room + 1), undefined)?.message).toContain(
        "limits.elementMemoryBytes",
      );
    });
  });

  it("refuses an input of 2 GiB, and takes one of a byte less", () => {
    // zeros are no fields: what is refused later is found in them
    const bytes = new Uint8Array(2 ** 31);
    bytes.set(tag(99, 2));
    expect(() => path.decode(Tree, bytes)).toThrow(/at byte 0: 2 GiB or more/);
    expect(() => path.decode(Tree, bytes.subarray(1))).toThrow(/field number 0|no field/);
  });
});

/** What opens a level and what closes it, where both are the same at every depth. */
function ends(wrap: (body: Bytes) => number[]): readonly [Bytes, Bytes] {
  const inner = [0xaa, 0xbb];
  const whole = wrap(inner);
  const at = whole.findIndex((byte, i) => byte === 0xaa && whole[i + 1] === 0xbb);
  return [whole.slice(0, at), whole.slice(at + 2)];
}
