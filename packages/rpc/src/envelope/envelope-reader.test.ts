import fc from "fast-check";
import { expect, test } from "vitest";
import { RpcError } from "../rpc-error.js";
import { ChunkSink } from "../transport/byte-sink.js";
import { EnvelopeReader } from "./envelope-reader.js";

function enveloped(messages: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const sink = new ChunkSink();
  for (const [flags, bytes] of messages) {
    sink.openEnvelope(flags);
    sink.append(bytes);
    sink.closeEnvelope();
  }
  return sink.takeBytes();
}

function read(limit: number, pieces: readonly Uint8Array[]): [number, number[]][] {
  const got: [number, number[]][] = [];
  const reader = new EnvelopeReader(limit, (flags, bytes, start, end) =>
    got.push([flags, [...bytes.subarray(start, end)]]),
  );
  for (const piece of pieces) reader.push(piece, 0, piece.length);
  reader.finish();
  return got;
}

test("what a sink wrote is read back, wherever it is cut", () => {
  const message = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(60)), (messages, cuts) => {
      const whole = enveloped(messages);
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        pieces.push(whole.subarray(at, Math.min(whole.length, at + cut)));
        at = Math.min(whole.length, at + cut);
      }
      pieces.push(whole.subarray(at));
      expect(read(40, pieces)).toEqual(messages.map(([flags, bytes]) => [flags, [...bytes]]));
    }),
    { seed: 5 },
  );
});

test("a message of the limit passes, one byte more is refused on its prefix", () => {
  const atLimit = enveloped([[0, new Uint8Array(8)]]);
  expect(read(8, [atLimit])).toHaveLength(1);
  expect(read(9, [atLimit])).toHaveLength(1);
  const reader = new EnvelopeReader(7, () => expect.unreachable());
  expect(() => reader.push(atLimit, 0, 5)).toThrow(RpcError);
  reader.push(atLimit, 5, atLimit.length);
  reader.finish();
  expect(() =>
    read(
      7,
      [...atLimit].map((byte) => Uint8Array.of(byte)),
    ),
  ).toThrow(/the limit is 7/);
});

test("a length past 2 GiB is a number and not a negative one", () => {
  const reader = new EnvelopeReader(1024, () => {});
  expect(() => reader.push(Uint8Array.of(0, 255, 255, 255, 255), 0, 5)).toThrow(/4294967295 bytes/);
});

test("a stream that ends inside a message is an error, at every byte", () => {
  const whole = enveloped([[0, Uint8Array.of(1, 2, 3)]]);
  for (let cut = 1; cut < whole.length; cut++) {
    expect(() => read(8, [whole.subarray(0, cut)])).toThrow(/in the middle of a message/);
  }
  expect(read(8, [])).toEqual([]);
});

test("a message that is dropped leaves those before it as they were", () => {
  const sink = new ChunkSink();
  sink.openEnvelope(0);
  sink.append(Uint8Array.of(7));
  sink.closeEnvelope();
  sink.openEnvelope(1);
  sink.append(Uint8Array.of(8, 9));
  sink.dropEnvelope();
  expect([...sink.takeBytes()]).toEqual([0, 0, 0, 0, 1, 7]);
});
