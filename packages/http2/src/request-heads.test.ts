import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { FieldList } from "./field.js";
import { literals } from "./fixtures/frames.js";
import { HpackDecoder } from "./hpack-decoder.js";
import { HpackEncoder } from "./hpack-encoder.js";
import type { RequestHead } from "./request-head.js";
import { RequestHeads } from "./request-heads.js";

const limits = { listBytes: 100_000, fieldBytes: 100_000 };
const decisive: ReadonlySet<string> = new Set(["content-type", "x-kind"]);

const pseudo = fc.record({
  method: fc.constantFrom(...Array<string>(10).fill("POST"), "GET", "CONNECT"),
  path: fc.constantFrom(...Array<string>(5).fill("/a.B/C"), "/a.B/D", "a"),
  authority: fc.constantFrom("a:1", "b:1"),
});
const field = fc.oneof(
  fc.tuple(
    fc.constantFrom("grpc-timeout", "traceparent", "content-type", "x-kind", "content-length"),
    fc.constantFrom("1", "2"),
  ),
  fc.tuple(fc.constant("te"), fc.constantFrom("trailers", "trailers", "trailers", "1")),
);
const request = fc
  .tuple(pseudo, fc.array(field, { maxLength: 5 }), fc.nat({ max: 20 }))
  .map(([{ method, path, authority }, fields, late]) => {
    const begin = [":method", method, ":scheme", "http", ":path", path, ":authority", authority];
    const all = [...begin, ...fields.flat()];
    return late === 0 ? [...all, ":path", "/late"] : all;
  });

function describeHead(head: RequestHead | string): unknown {
  if (typeof head === "string") return head;
  const { method, scheme, authority, path, contentLength, awaitsContinue, fields } = head;
  return { method, scheme, authority, path, contentLength, awaitsContinue, fields };
}

it("makes of each block what it would make of it alone, and shares a shape among heads that differ in no field that decides", () => {
  let shared = 0;
  fc.assert(
    fc.property(
      fc.array(request, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 9 }), fc.boolean()), {
        minLength: 40,
        maxLength: 60,
      }),
      (requests, steps) => {
        const encoder = new HpackEncoder();
        const decoder = new HpackDecoder(limits);
        const heads = new RequestHeads(decisive);
        for (const [which, n, isLiteral] of steps) {
          const fields = vary(requests[which % requests.length] as FieldList, n);
          const block = isLiteral ? literals(fields) : encode(encoder, fields);
          const read = decoder.read(block, 0, block.length);
          const head = heads.of(read, decoder.listBytes, decoder.isWellFormed);
          const alone = new RequestHeads().of(read.slice(), decoder.listBytes, false);
          expect(describeHead(head)).toEqual(describeHead(alone));
          if (typeof head === "string") continue;
          for (let at = 0; at < head.fields.length; at += 2) {
            expect(head.valueAt(at / 2)).toBe(head.fields[at + 1]);
          }
          const decided = deciding(fields);
          if (head.shape.attachment !== undefined) shared++;
          head.shape.attachment ??= decided;
          expect(head.shape.attachment).toEqual(decided);
        }
      },
    ),
    { seed: 9113, numRuns: 120 },
  );
  expect(shared).toBeGreaterThan(1_000);
});

it("knows the methods that a connection calls by turns, though all fields are literals of their own", () => {
  const heads = new RequestHeads();
  const decoder = new HpackDecoder(limits);
  const paths = ["/a.B/C", "/a.B/D", "/a.B/E"];
  const shapes = new Set<unknown>();
  for (let i = 0; i < 60; i++) {
    const begin = [":method", "POST", ":scheme", "http", ":path", paths[i % 3] as string];
    const block = literals([...begin, "x-trace", String(i)]);
    const read = decoder.read(block, 0, block.length);
    const head = heads.of(read, decoder.listBytes, decoder.isWellFormed) as RequestHead;
    expect([head.path, head.fields]).toEqual([paths[i % 3], ["x-trace", String(i)]]);
    shapes.add(head.shape);
  }
  // The first head of a connection is made before shapes are kept.
  expect(shapes.size).toBe(4);
});

it("finds a field by its name where there is one of it", () => {
  const decoder = new HpackDecoder(limits);
  const begin = [":method", "POST", ":scheme", "http", ":path", "/a.B/C"];
  const block = literals([...begin, "x-a", "1", "x-b", "2", "x-b", "3", "x-c", "4"]);
  const read = decoder.read(block, 0, block.length);
  const head = new RequestHeads().of(read, decoder.listBytes, true) as RequestHead;
  expect(["x-a", "x-b", "x-c", "x-d", ":path"].map((name) => head.shape.indexOf(name))).toEqual([
    0, -1, 3, -1, -1,
  ]);
});

it("takes no value that is not well-formed for one of a known shape", () => {
  const heads = new RequestHeads();
  const decoder = new HpackDecoder(limits);
  const begin = [":method", "POST", ":scheme", "http", ":path", "/a.B/C"];
  const of = (value: string) => {
    const block = literals([...begin, "x-a", value]);
    const read = decoder.read(block, 0, block.length);
    return heads.of(read, decoder.listBytes, decoder.isWellFormed);
  };
  for (const value of ["1", "2", "3"]) expect(typeof of(value)).toBe("object");
  expect(of("a\nb")).toBe("a wrong value of x-a");
  expect(typeof of("4")).toBe("object");
});

it("lets go of the memory that its values share with those of others, where a request goes on", () => {
  const decoder = new HpackDecoder(limits);
  const heads = new RequestHeads();
  const begin = [":method", "POST", ":scheme", "http", ":path", "/a.B/C"];
  const read = (fields: FieldList) => {
    const block = literals(fields);
    return heads.of(decoder.read(block, 0, block.length), decoder.listBytes, true) as RequestHead;
  };
  const before = sharedBytes();
  const held = Array.from({ length: 200 }, (_, i) => {
    const head = read([...begin, "x-a", `value ${i}`]);
    read([...begin, "x-b", "b".repeat(20_000)]);
    return head;
  });
  expect(sharedBytes() - before).toBeGreaterThan(1_000_000);
  for (const head of held) head.keep();
  expect(sharedBytes() - before).toBeLessThan(500_000);
  expect(held.map((head) => head.fields)).toEqual(held.map((_, i) => ["x-a", `value ${i}`]));
});

/** Bytes of arrays that somebody holds. */
function sharedBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** The same request with another value of the fields that change. */
function vary(fields: FieldList, n: number): FieldList {
  const changes = (name: string | undefined) => name === "traceparent" || name === "grpc-timeout";
  return fields.map((text, at) => (at % 2 === 1 && changes(fields[at - 1]) ? `${n}` : text));
}

function deciding(fields: FieldList): unknown {
  return fields.filter((_, at) => {
    const name = fields[at & ~1] as string;
    return name.startsWith(":") || name === "te" || name === "content-length" || decisive.has(name);
  });
}

function encode(encoder: HpackEncoder, fields: FieldList): Uint8Array {
  const buffer = new Uint8Array(HpackEncoder.bound(fields));
  return buffer.slice(0, encoder.encode(0, fields, buffer, 0));
}
