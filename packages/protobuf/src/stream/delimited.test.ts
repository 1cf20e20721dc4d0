import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DecodeError } from "../errors.js";
import { everything } from "../fixtures/arbitrary.js";
import { Empty, Everything, Part } from "../fixtures/gen/test/ops.pb.js";
import { equals } from "../message/equals.js";
import {
  decodeDelimited,
  decodeDelimitedStream,
  encodeDelimited,
  peekDelimited,
} from "./delimited.js";

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let p = 0;
  for (let i = 0; p < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(p, p + size);
    p += size;
  }
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

function failure(work: () => unknown): DecodeError {
  try {
    work();
  } catch (error) {
    if (DecodeError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const names = ["", "a", "b".repeat(200), "c".repeat(20_000)];
const stream = encodeDelimited(
  Part,
  names.map((name) => ({ name })),
);

describe("encodeDelimited and decodeDelimited", () => {
  test("write a length in front of every message", () => {
    expect([...encodeDelimited(Part, { name: "a" })]).toEqual([3, 0x0a, 1, 0x61]);
    expect([...encodeDelimited(Empty, [{}, {}])]).toEqual([0, 0]);
    expect(encodeDelimited(Part, [])).toHaveLength(0);
    expect([...encodeDelimited(Part, [{ name: "b".repeat(200) }]).subarray(0, 2)]).toEqual([
      0xcb, 1,
    ]);
  });

  test("read what was written", () => {
    expect([...decodeDelimited(Part, stream)].map((part) => part.name)).toEqual(names);
    expect([...decodeDelimited(Part, new Uint8Array())]).toEqual([]);
    fc.assert(
      fc.property(fc.array(everything(), { maxLength: 4 }), (inits) => {
        const back = [...decodeDelimited(Everything, encodeDelimited(Everything, inits))];
        expect(back).toHaveLength(inits.length);
        for (const [i, message] of back.entries()) {
          expect(equals(Everything, message, inits[i] ?? {})).toBe(true);
        }
      }),
      { numRuns: 50, seed: 8 },
    );
  });

  test("a message is decoded when it is asked for, so those in front of a broken one are had", () => {
    const broken = Uint8Array.of(3, 0x0a, 1, 0x61, 1, 0x0a);
    const messages = decodeDelimited(Part, broken);
    expect(messages.next().value).toMatchObject({ name: "a" });
    expect(() => messages.next()).toThrow(DecodeError);
  });

  test("an end inside a message or inside its length is an error", () => {
    for (let size = 1; size < stream.length; size = size < 215 ? size + 1 : size + 997) {
      const cut = stream.subarray(0, size);
      if (size === 3 || size === 7 || size === 212) continue; // between two messages
      expect(failure(() => [...decodeDelimited(Part, cut)]).reason).toBe(
        "BOWLINE_DECODE_MALFORMED",
      );
    }
    expect(failure(() => [...decodeDelimited(Part, Uint8Array.of(0, 0x80))])).toMatchObject({
      typeName: "test.ops.Part",
      offset: 1,
    });
  });
});

describe("peekDelimited", () => {
  test("gives position and size of the message, undefined while the length is incomplete", () => {
    expect(peekDelimited(new Uint8Array())).toBeUndefined();
    expect(peekDelimited(Uint8Array.of(0x80))).toBeUndefined();
    expect(peekDelimited(Uint8Array.of(0x80, 0x01))).toEqual({ offset: 2, size: 128 });
    expect(peekDelimited(Uint8Array.of(9, 9, 5), 2)).toEqual({ offset: 3, size: 5 });
    expect(peekDelimited(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07))).toEqual({
      offset: 5,
      size: 2 ** 31 - 1,
    });
  });

  test("a start that is no position, and bytes that are none, are a TypeError", () => {
    for (const start of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, "0"]) {
      expect(() => peekDelimited(stream, start as number), String(start)).toThrow(TypeError);
    }
    for (const bytes of [undefined, null, "text", [1, 2], new ArrayBuffer(2), new Uint16Array(2)]) {
      expect(() => peekDelimited(bytes as never)).toThrow(TypeError);
      expect(() => decodeDelimited(Part, bytes as never).next()).toThrow(TypeError);
    }
    expect(peekDelimited(stream, stream.length + 1)).toBeUndefined();
  });

  test("lengths of 2 GiB and more, or of more than five bytes, are refused at once", () => {
    for (const bytes of [
      [0x80, 0x80, 0x80, 0x80, 0x08],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x80, 0x80, 0x80, 0x80, 0x80],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ]) {
      expect(failure(() => peekDelimited(Uint8Array.from(bytes))).message).toMatch(/2 GiB or more/);
    }
  });
});

describe("decodeDelimitedStream", () => {
  test("reads messages cut anywhere: one byte at a time, and at every position once", async () => {
    const one = await collect(decodeDelimitedStream(Part, chunked(stream, [1])));
    expect(one.map((part) => part.name)).toEqual(names);
    const short = encodeDelimited(Part, [{ name: "a" }, {}, { name: "b".repeat(200) }]);
    for (let at = 0; at <= short.length; at++) {
      const parts = await collect(
        decodeDelimitedStream(Part, [short.subarray(0, at), short.subarray(at)]),
      );
      expect(parts.map((part) => part.name?.length)).toEqual([1, undefined, 200]);
    }
  });

  test("bytes that it gave out stay as they are while it goes on reading", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        async (all, sizes) => {
          const source = chunked(
            encodeDelimited(
              Everything,
              all.map((data) => ({ data })),
            ),
            sizes,
          );
          const got = await collect(decodeDelimitedStream(Everything, source));
          expect(got.map((message) => [...(message.data ?? [])])).toEqual(
            all.map((data) => [...data]),
          );
        },
      ),
      { numRuns: 200, seed: 9 },
    );
  });

  test("an end inside a message is an error with its offset in the stream", async () => {
    const parts = decodeDelimitedStream(
      Part,
      chunked(stream.subarray(0, stream.length - 1), [100]),
    );
    const error: unknown = await collect(parts).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ reason: "BOWLINE_DECODE_MALFORMED", offset: 212 });
  });

  test("maxMessageBytes: the limit passes, one more fails before the message is there", async () => {
    const exact = encodeDelimited(Part, { name: "x".repeat(98) });
    expect(peekDelimited(exact)?.size).toBe(100);
    expect(
      await collect(decodeDelimitedStream(Part, [exact], { maxMessageBytes: 100 })),
    ).toHaveLength(1);
    const head = [exact.subarray(0, 1)];
    const error: unknown = await collect(
      decodeDelimitedStream(Part, head, { maxMessageBytes: 99 }),
    ).catch((e: unknown) => e);
    expect(error).toMatchObject({
      reason: "BOWLINE_DECODE_LIMIT",
      message: expect.stringContaining("maxMessageBytes") as string,
    });
    const large = [Uint8Array.of(0x80, 0x80, 0x80, 0x02)];
    const cut: unknown = await collect(decodeDelimitedStream(Part, large)).catch((e: unknown) => e);
    expect(cut).toMatchObject({ reason: "BOWLINE_DECODE_MALFORMED" });
    const larger = [Uint8Array.of(0x81, 0x80, 0x80, 0x02)];
    const over: unknown = await collect(decodeDelimitedStream(Part, larger)).catch(
      (e: unknown) => e,
    );
    expect(over).toMatchObject({ reason: "BOWLINE_DECODE_LIMIT" });
  });

  test("maxMessageBytes that is no number of bytes is refused, not taken for no limit", async () => {
    for (const max of [Number.NaN, -1, "100", 100n, {}, true]) {
      const parts = decodeDelimitedStream(Part, [stream], { maxMessageBytes: max as number });
      const error: unknown = await collect(parts).catch((caught: unknown) => caught);
      expect(error, String(max)).toBeInstanceOf(TypeError);
      expect((error as TypeError).message).toContain("maxMessageBytes");
    }
    const limits = { maxMessageBytes: Number.POSITIVE_INFINITY };
    expect(await collect(decodeDelimitedStream(Part, [stream], limits))).toHaveLength(names.length);
  });

  test("ending the iteration ends the source, and an error of the source arrives", async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield stream;
      } finally {
        ended = true;
      }
    }
    for await (const part of decodeDelimitedStream(Part, endless())) {
      expect(part.name).toBe("");
      break;
    }
    expect(ended).toBe(true);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield stream.subarray(0, 3);
      throw new Error("the disk is gone");
    }
    await expect(collect(decodeDelimitedStream(Part, failing()))).rejects.toThrow(
      "the disk is gone",
    );
  });

  test("a chunk that is no Uint8Array is an error", async () => {
    await expect(collect(decodeDelimitedStream(Part, ["text"] as never))).rejects.toThrow(
      TypeError,
    );
  });

  test("the options of decode are passed on", async () => {
    const wire = Uint8Array.of(2, 0x50, 1);
    const [part] = await collect(decodeDelimitedStream(Part, [wire], { keepUnknownFields: false }));
    expect(Part.encode(part as Part)).toHaveLength(0);
  });
});
