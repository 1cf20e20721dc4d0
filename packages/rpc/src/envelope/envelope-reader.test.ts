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

test("while it is paused what comes waits as bytes, wherever it is cut, and goes on in order", () => {
  const messages = Array.from({ length: 40 }, (_, i) => [0, new Uint8Array(i).fill(i)] as const);
  const whole = enveloped(messages);
  for (let cut = 0; cut <= whole.length; cut += 7) {
    const got: number[] = [];
    const reader = new EnvelopeReader(64, (_, bytes, start, end) => {
      got.push(end - start);
      expect([...bytes.subarray(start, end)]).toEqual(new Array(end - start).fill(end - start));
      if (got.length % 3 === 0) reader.pause();
    });
    reader.push(whole, 0, cut);
    reader.push(whole, cut, whole.length);
    expect(got).toEqual([0, 1, 2]);
    expect(reader.waitingBytes).toBe(whole.length - 18);
    while (reader.isPaused) reader.resume();
    expect(got).toEqual(messages.map(([, { length }]) => length));
    expect([reader.waitingBytes, reader.partialBytes]).toEqual([0, 0]);
    reader.finish();
  }
});

test("a paused reader goes on with the last of as many calls, and not once it was stopped", () => {
  const whole = enveloped([[0, Uint8Array.of(1)]]);
  let got = 0;
  const reader = new EnvelopeReader(8, () => got++);
  reader.pause();
  reader.pause();
  reader.push(whole, 0, whole.length);
  reader.resume();
  expect([got, reader.isPaused, reader.waitingBytes]).toEqual([0, true, whole.length]);
  reader.resume();
  expect([got, reader.isPaused, reader.waitingBytes]).toEqual([1, false, 0]);
  reader.pause();
  reader.push(whole, 0, whole.length);
  reader.stop();
  reader.resume();
  expect([got, reader.waitingBytes]).toEqual([1, 0]);
});

test("a message past the limit that waited is refused when its turn comes", () => {
  const whole = enveloped([[0, new Uint8Array(9)]]);
  const reader = new EnvelopeReader(8, () => expect.unreachable());
  reader.pause();
  reader.push(whole, 0, whole.length);
  expect(() => reader.resume()).toThrow(/the limit is 8/);
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
