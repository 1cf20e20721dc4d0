import { PassThrough, Readable } from "node:stream";
import { expect, it } from "vitest";
import { readFrames, writeFrame } from "./frames.js";

async function all(chunks: Iterable<Buffer>): Promise<string[]> {
  const found: string[] = [];
  for await (const frame of readFrames(Readable.from(chunks))) {
    found.push(Buffer.from(frame).toString());
  }
  return found;
}

function framed(...messages: string[]): Buffer {
  const stream = new PassThrough();
  for (const message of messages) writeFrame(stream, Buffer.from(message));
  return stream.read();
}

it("frames messages with a big-endian length", () => {
  expect(framed("hi")).toEqual(Buffer.from([0, 0, 0, 2, 0x68, 0x69]));
});

it("reads frames however they are cut", async () => {
  const bytes = framed("one", "", "three");
  expect(await all([bytes])).toEqual(["one", "", "three"]);
  expect(await all([...bytes].map((byte) => Buffer.from([byte])))).toEqual(["one", "", "three"]);
});

it("says that the input ended within a frame", async () => {
  await expect(all([framed("one").subarray(0, 5)])).rejects.toThrow("ended within a frame");
});
