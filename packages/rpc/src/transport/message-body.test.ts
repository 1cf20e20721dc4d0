import { expect, it } from "vitest";
import { MessageBody } from "./message-body.js";

const tooLarge = expect.objectContaining({ code: "resource_exhausted" });

it("decides by the announced length before a byte is taken", () => {
  for (const length of ["9", "10"]) new MessageBody(10).announce(length);
  expect(() => new MessageBody(10).announce("11")).toThrow(tooLarge);
  new MessageBody(10).announce(undefined);
});

it("takes limit - 1 and limit, and refuses limit + 1, in one piece and in pieces", () => {
  for (const size of [9, 10]) {
    const body = new MessageBody(10);
    body.add(new Uint8Array(size), 0, size);
    body.finish();
    expect(body.end - body.start).toBe(size);
  }
  expect(() => new MessageBody(10).add(new Uint8Array(11), 0, 11)).toThrow(tooLarge);
  const body = new MessageBody(10);
  for (let i = 0; i < 10; i++) body.add(Uint8Array.of(i), 0, 1);
  expect(() => body.add(Uint8Array.of(0), 0, 1)).toThrow(
    "takes: 11 bytes so far, the limit is 10 bytes (receivedMessageBytes)",
  );
});

it("hands a message that came in one piece on in place", () => {
  const bytes = Uint8Array.of(9, 1, 2, 9);
  const body = new MessageBody(10);
  body.add(bytes, 1, 3);
  body.finish();
  expect(body.bytes).toBe(bytes);
  expect([body.start, body.end]).toEqual([1, 3]);
});

it("joins pieces in order", () => {
  const body = new MessageBody(10);
  body.add(Uint8Array.of(9, 1, 2), 1, 3);
  body.add(new Uint8Array(0), 0, 0);
  body.add(Uint8Array.of(3, 4, 9), 0, 2);
  body.finish();
  expect(body.bytes.subarray(body.start, body.end)).toEqual(Uint8Array.of(1, 2, 3, 4));
});

it("is empty when nothing came", () => {
  const body = new MessageBody(0);
  body.announce("0");
  body.finish();
  expect(body.end - body.start).toBe(0);
});

it("lets nothing through under a limit that is no number", () => {
  expect(() => new MessageBody(Number.NaN).announce("1")).toThrow(tooLarge);
  expect(() => new MessageBody(Number.NaN).add(Uint8Array.of(1), 0, 1)).toThrow(tooLarge);
});
