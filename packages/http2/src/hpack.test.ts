import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FieldList } from "./field.js";
import { FieldPrefix } from "./field-prefix.js";
import { filling, hostileBlock } from "./fixtures/hostile-blocks.js";
import { PlainDecoder } from "./fixtures/plain-hpack.js";
import { HeaderBlockCache } from "./header-block-cache.js";
import { HpackDecoder, textsOf } from "./hpack-decoder.js";
import { HpackEncoder } from "./hpack-encoder.js";

const large = { listBytes: 1_000_000, fieldBytes: 1_000_000 };
const compressionError = expect.objectContaining({ name: "ConnectionError", code: 9 });
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

function decodeWith(decoder: HpackDecoder, block: Uint8Array): FieldList {
  return decoder.decode(block, 0, block.length);
}

function encodeWith(encoder: HpackEncoder, fields: FieldList, status = 0): Uint8Array {
  const known = encoder.known(status, fields);
  if (known !== undefined) return known;
  const buffer = new Uint8Array(HpackEncoder.bound(fields));
  return buffer.slice(0, encoder.encode(status, fields, buffer, 0));
}

// RFC 7541, appendix C: blocks one after the other on one connection, with a table of the size given.
const examples: readonly (readonly [string, number, readonly (readonly [string, FieldList])[]])[] =
  [
    [
      "C.2.1: a literal with indexing",
      4096,
      [
        [
          "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
          ["custom-key", "custom-header"],
        ],
      ],
    ],
    [
      "C.2.2: a literal without indexing",
      4096,
      [["040c 2f73 616d 706c 652f 7061 7468", [":path", "/sample/path"]]],
    ],
    [
      "C.2.3: a literal that is never indexed",
      4096,
      [["1008 7061 7373 776f 7264 0673 6563 7265 74", ["password", "secret"]]],
    ],
    ["C.2.4: an indexed field", 4096, [["82", [":method", "GET"]]]],
    [
      "C.3: requests without Huffman code",
      4096,
      [
        [
          "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
          [":method", "GET", ":scheme", "http", ":path", "/", ":authority", "www.example.com"],
        ],
        [
          "8286 84be 5808 6e6f 2d63 6163 6865",
          [
            ...[":method", "GET", ":scheme", "http", ":path", "/"],
            ...[":authority", "www.example.com", "cache-control", "no-cache"],
          ],
        ],
        [
          "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
          [
            ...[":method", "GET", ":scheme", "https", ":path", "/index.html"],
            ...[":authority", "www.example.com", "custom-key", "custom-value"],
          ],
        ],
      ],
    ],
    [
      "C.6: responses with Huffman code that evict fields",
      256,
      [
        [
          "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
          [
            ...[":status", "302", "cache-control", "private"],
            ...["date", "Mon, 21 Oct 2013 20:13:21 GMT", "location", "https://www.example.com"],
          ],
        ],
        [
          "4883 640e ffc1 c0bf",
          [
            ...[":status", "307", "cache-control", "private"],
            ...["date", "Mon, 21 Oct 2013 20:13:21 GMT", "location", "https://www.example.com"],
          ],
        ],
        [
          "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
          [
            ...[":status", "200", "cache-control", "private"],
            ...["date", "Mon, 21 Oct 2013 20:13:22 GMT", "location", "https://www.example.com"],
            ...["content-encoding", "gzip"],
            ...["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
          ],
        ],
      ],
    ],
  ];

describe("the decoder", () => {
  it.each(examples)("reads the example %s", (_, tableBytes, blocks) => {
    const decoder = new HpackDecoder(large, tableBytes);
    for (const [block, fields] of blocks) expect(decodeWith(decoder, hex(block))).toEqual(fields);
  });

  it.each([
    ["index 0", "80"],
    ["an index beyond the tables", "be"],
    ["the name of an index beyond the tables", "7e 01 61"],
    ["a cut integer", "ff"],
    ["an integer that is too large", "ff ff ff ff ff 0f"],
    ["a cut string", "40 01 61 05 61"],
    ["a field that ends behind its name", "40 01 61"],
    ["wrong Huffman code", "40 01 61 84 ff ff ff ff"],
    ["a size update behind a field", "82 20"],
    ["a size update beyond what is allowed", "3f e2 1f"],
    ["three size updates", "20 20 20 82"],
  ])("refuses %s", (_, block) => {
    expect(() => decodeWith(new HpackDecoder(large), hex(block))).toThrow(compressionError);
  });

  it("says whether names and values are well-formed, those too that came to the table earlier", () => {
    const literal = (name: string, value: string, kind = 0x40) => [
      kind,
      ...[name, value].flatMap((each) => [each.length, ...Buffer.from(each, "latin1")]),
    ];
    const check = (...fields: number[][]) => {
      const decoder = new HpackDecoder(large);
      for (const each of fields) decodeWith(decoder, Uint8Array.from(each));
      return decoder.isWellFormed;
    };
    for (const kind of [0x00, 0x10, 0x40]) {
      expect(check(literal("x-a", "a b\tü", kind), literal(":path", "", kind))).toBe(true);
      for (const name of ["", ":", "X", "a b", "a\n", "ü", "a:"]) {
        expect(check(literal(name, "", kind)), name).toBe(false);
      }
      for (const bad of [" a", "a\t", "a\r", "\0", "\x7f"]) {
        expect(check(literal("x", bad, kind)), bad).toBe(false);
      }
    }
    const huffman = [0x40, 1, 0x78, 0x84, 0xff, 0xff, 0xff, 0xf3];
    expect(decodeWith(new HpackDecoder(large), Uint8Array.from(huffman))).toEqual(["x", "\n"]);
    expect(check(huffman)).toBe(false);
    expect(check(literal("x", "\n", 0x00), [0x82])).toBe(true);
    expect(check(literal("x", "\n", 0x40), [0x82])).toBe(false);
    expect(check(literal("x", "\n", 0x40), [0xbe])).toBe(false);
  });

  it("takes two size updates, empties its table by the first and keeps the second", () => {
    const decoder = new HpackDecoder(large);
    expect(decodeWith(decoder, hex("40 01 61 01 62"))).toEqual(["a", "b"]);
    expect(decodeWith(decoder, hex("be"))).toEqual(["a", "b"]);
    expect(decodeWith(decoder, hex("20 3f e1 1f 82"))).toEqual([":method", "GET"]);
    expect(() => decodeWith(decoder, hex("be"))).toThrow(compressionError);
  });

  it("wants to be told of a table that it was allowed less of", () => {
    const decoder = new HpackDecoder(large);
    decoder.allow(100);
    expect(() => decodeWith(decoder, hex("82"))).toThrow(compressionError);
    const other = new HpackDecoder(large);
    other.allow(100);
    expect(decodeWith(other, hex("3f 45 82"))).toEqual([":method", "GET"]);
    expect(decodeWith(other, hex("82"))).toEqual([":method", "GET"]);
  });

  it("takes fields at the limit and not one byte beyond, and keeps its table either way", () => {
    for (const length of [19, 20, 21]) {
      const decoder = new HpackDecoder({ listBytes: 1_000, fieldBytes: 20 });
      const value = "v".repeat(length - 1);
      const block = [0x40, 1, 0x6e, value.length, ...Buffer.from(value)];
      const fields = decodeWith(decoder, Uint8Array.from([...block, 0x82]));
      expect(fields).toEqual(length > 20 ? [] : ["n", value, ":method", "GET"]);
      expect(decoder.oversized).toBe(length > 20 ? "n" : undefined);
      // The same field from the table.
      expect(decodeWith(decoder, Uint8Array.of(0xbe))).toEqual(length > 20 ? [] : ["n", value]);
    }
  });

  it("takes lists at the limit and not one byte beyond", () => {
    const size = 3 * (32 + 10);
    for (const listBytes of [size - 1, size, size + 1]) {
      const decoder = new HpackDecoder({ listBytes, fieldBytes: 1_000 });
      const fields = decodeWith(decoder, Uint8Array.of(0x82, 0x82, 0x82));
      expect(fields.length).toBe(listBytes < size ? 4 : 6);
      expect(decoder.oversized).toBe(listBytes < size ? "" : undefined);
    }
  });

  it("makes no string that is past the limit, and empties its table by one that is larger than it", () => {
    const decoder = new HpackDecoder({ listBytes: 100_000, fieldBytes: 100 });
    expect(decodeWith(decoder, hex("40 01 61 01 62"))).toEqual(["a", "b"]);
    const text = Buffer.alloc(70_000, "x");
    const length = [
      0x7f,
      ...Buffer.from([
        ((text.length - 127) & 127) | 128,
        (((text.length - 127) >> 7) & 127) | 128,
        (text.length - 127) >> 14,
      ]),
    ];
    expect(decodeWith(decoder, Uint8Array.from([0x40, 1, 0x62, ...length, ...text]))).toEqual([]);
    expect(decoder.oversized).toBe("b");
    expect(() => decodeWith(decoder, hex("be"))).toThrow(compressionError);
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const value = fc
  .array(
    fc.integer({ min: 0x20, max: 0xff }).filter((c) => c !== 0x7f),
    { maxLength: 40 },
  )
  .map((codes) => String.fromCharCode(...codes).trim());
const field = fc.oneof(
  fc.tuple(name, value),
  fc.tuple(
    fc.constantFrom("content-type", "grpc-status", "x-a", "x-b", "cookie", ":path", "te"),
    fc.constantFrom("", "0", "a", "application/grpc", "/a.B/C", "x".repeat(900)),
  ),
);
const list = fc.array(field, { maxLength: 12 }).map((fields) => fields.flat());

describe("encoder and decoder together", () => {
  it("give back every list, whatever came before, while the peer changes its table", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(list, fc.option(fc.integer({ min: 0, max: 5_000 }))), { maxLength: 30 }),
        (steps) => {
          const encoder = new HpackEncoder();
          const decoder = new HpackDecoder(large);
          for (const [fields, size] of steps) {
            if (size !== null) {
              encoder.allow(size);
              decoder.allow(Math.min(size, 4_096));
            }
            expect(decodeWith(decoder, encodeWith(encoder, fields))).toEqual(fields);
          }
        },
      ),
      { seed: 7541, numRuns: 300 },
    );
  });

  it("mean the same with a cache of blocks as without one", () => {
    let hits = 0;
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 2 }), { minLength: 60, maxLength: 100 }),
        fc.array(list, { minLength: 3, maxLength: 3 }),
        (order, lists) => {
          const encoder = new HpackEncoder();
          const plain = new HpackDecoder(large);
          const cached = new HpackDecoder(large);
          const cache = new HeaderBlockCache<FieldList>(cached);
          for (const [step, at] of order.entries()) {
            if (step % 20 === 19) encoder.allow(step * 7);
            const block = encodeWith(encoder, lists[at] as FieldList);
            let fields = cache.get(block, 0, block.length);
            if (fields !== undefined) hits++;
            else {
              const { version } = cached;
              fields = decodeWith(cached, block);
              cache.set(block, 0, block.length, version, fields);
            }
            expect(fields).toEqual(decodeWith(plain, block));
          }
        },
      ),
      { seed: 7541, numRuns: 300 },
    );
    expect(hits).toBeGreaterThan(1_000);
  });
});

describe("fields that stay octets until they are asked for", () => {
  it("are those that a plain decoder finds, however late they are asked for and whatever came meanwhile", () => {
    const seen = { fields: 0, oversized: 0, malformed: 0, broken: 0 };
    fc.assert(
      fc.property(
        fc.array(hostileBlock, { minLength: 20, maxLength: 60 }),
        fc.constantFrom(400, 4_096, 4_096),
        fc.constantFrom(200, 2_000, 100_000),
        (blocks, tableBytes, listBytes) => {
          const limits = { listBytes, fieldBytes: 1_000 };
          const plain = new PlainDecoder(limits, tableBytes);
          const decoder = new HpackDecoder(limits, tableBytes);
          const checks: (() => void)[] = [];
          for (const block of [filling, ...blocks]) {
            const expected = attempt(() => plain.decode(block));
            const input = block.slice();
            const found = attempt(() => decoder.read(input, 0, input.length));
            // Memory that was read from is used again.
            input.fill(0xff);
            if (expected === undefined) seen.broken++;
            expect(found === undefined).toBe(expected === undefined);
            if (found === undefined || expected === undefined) break;
            seen.fields += found.length;
            if (expected.oversized !== undefined) seen.oversized++;
            if (!expected.isWellFormed) seen.malformed++;
            expect(decoder.oversized).toBe(expected.oversized);
            // What is not well-formed may be known of from earlier on; it is never taken for well-formed.
            if (expected.oversized === undefined && !expected.isWellFormed) {
              expect(decoder.isWellFormed).toBe(false);
            }
            checks.push(() => expect(textsOf(found)).toEqual(expected.fields));
          }
          for (const check of checks.reverse()) check();
        },
      ),
      { seed: 7541, numRuns: 50 },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(8);
  });

  it("let go of the memory that they share once there is a text", () => {
    const decoder = new HpackDecoder(large);
    const block = hex("0001 610b 30303030303030303030 30");
    const [field] = decoder.read(block, 0, block.length);
    expect([field?.value, field?.value, field?.size]).toEqual(["00000000000", "00000000000", 44]);
  });
});

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

describe("a prefix", () => {
  function encodeBehind(encoder: HpackEncoder, prefix: FieldPrefix, fields: FieldList): Uint8Array {
    const buffer = new Uint8Array(HpackEncoder.bound(fields) + prefix.bound);
    return buffer.slice(0, encoder.encode(0, fields, buffer, 0, prefix));
  }

  it("means what its fields mean, whatever happens to the table between", () => {
    fc.assert(
      fc.property(
        fc.array(list, { minLength: 2, maxLength: 2 }),
        fc.array(
          fc.tuple(fc.nat({ max: 3 }), list, fc.option(fc.integer({ max: 5_000, min: 0 }))),
          {
            minLength: 30,
            maxLength: 60,
          },
        ),
        (begins, steps) => {
          const encoder = new HpackEncoder();
          const decoder = new HpackDecoder(large);
          const prefixes = begins.map((fields) => new FieldPrefix(fields));
          for (const [which, fields, size] of steps) {
            if (size !== null && which === 3) {
              encoder.allow(size);
              decoder.allow(Math.min(size, 4_096));
            }
            const prefix = prefixes[which & 1] as FieldPrefix;
            const own = which < 2 ? [] : fields;
            const block = encodeBehind(encoder, prefix, own);
            expect(decodeWith(decoder, block)).toEqual([...prefix.fields, ...own]);
          }
        },
      ),
      { seed: 7541, numRuns: 200 },
    );
  });

  it("is encoded in the fewest bytes once, and is the same bytes until the table changes", () => {
    const encoder = new HpackEncoder();
    const prefix = new FieldPrefix(["content-type", "application/grpc", "x-a", "1"]);
    const blocks = Array.from({ length: 5 }, () => encodeBehind(encoder, prefix, []));
    expect(blocks.at(-1)).toEqual(Uint8Array.of(0xbf, 0xbe));
    expect(prefix.block).toEqual(blocks.at(-1));
    encodeWith(encoder, ["te", "trailers"]);
    expect(encodeBehind(encoder, prefix, [])).toEqual(Uint8Array.of(0xc0, 0xbf));
  });
});

describe("the encoder", () => {
  it("takes one byte for a field that the peer knows, from its second time on", () => {
    const encoder = new HpackEncoder();
    const fields = ["content-type", "application/grpc"];
    expect(encodeWith(encoder, fields, 200).length).toBeGreaterThan(10);
    expect(encodeWith(encoder, fields, 200)).toEqual(Uint8Array.of(0x88, 0xbe));
    expect(encodeWith(encoder, ["x-a", "1"])).toEqual(hex("00 03 78 2d 61 01 31"));
    encodeWith(encoder, ["x-a", "1"]);
    expect(encodeWith(encoder, ["x-a", "1"])).toEqual(Uint8Array.of(0xbe));
  });

  it("leaves fields that change with each message out of the table", () => {
    const encoder = new HpackEncoder();
    encodeWith(encoder, ["content-type", "application/grpc"]);
    for (let i = 0; i < 1_000; i++) encodeWith(encoder, ["x-trace", String(i)]);
    expect(encodeWith(encoder, ["content-type", "application/grpc"])).toEqual(Uint8Array.of(0xbe));
  });

  it.each(["authorization", "proxy-authorization", "cookie", "set-cookie"])(
    "marks %s as never to be indexed, each time",
    (sensitive) => {
      const encoder = new HpackEncoder();
      for (let i = 0; i < 3; i++) {
        const block = encodeWith(encoder, [sensitive, "secret"]);
        expect((block[0] as number) & 0xf0).toBe(0x10);
        expect(decodeWith(new HpackDecoder(large), block)).toEqual([sensitive, "secret"]);
      }
    },
  );

  it.each([
    ["X-Upper", "1"],
    ["", "1"],
    ["a b", "1"],
    ["x-a", "a\r\nb"],
    ["x-a", "\0"],
    ["x-a", "\u0100"],
    ["x-a", "\x7f"],
  ])("refuses %j: %j, and what the peer knows stays right", (badName, badValue) => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(large);
    const good = ["content-type", "a", "x-ü".slice(0, 1), "b"];
    decodeWith(decoder, encodeWith(encoder, good));
    expect(() => encodeWith(encoder, ["user-agent", "new", badName, badValue])).toThrow(TypeError);
    expect(decodeWith(decoder, encodeWith(encoder, good))).toEqual(good);
    expect(decodeWith(decoder, encodeWith(encoder, ["user-agent", "new"]))).toEqual([
      "user-agent",
      "new",
    ]);
  });

  it("sends values without the white space around them", () => {
    const block = encodeWith(new HpackEncoder(), ["x-a", "\t a b  "]);
    expect(decodeWith(new HpackDecoder(large), block)).toEqual(["x-a", "a b"]);
  });

  it("remembers a bounded number of names", () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(large);
    for (let i = 0; i < 2_000; i++) {
      const fields = [`x-${i}`, "1", "te", "trailers"];
      expect(decodeWith(decoder, encodeWith(encoder, fields))).toEqual(fields);
    }
  });
});
