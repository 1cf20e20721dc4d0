import { expect, it } from "vitest";
import { ReplyQueue, type WaitingStream } from "./reply-queue.js";

const KiB = 1024;

/** A stream of a queue, whose bytes the test moves. */
class FakeStream implements WaitingStream {
  queued = 0;
  drains = 0;
  isComplete = false;
  readonly #queue: ReplyQueue;

  constructor(queue: ReplyQueue) {
    this.#queue = queue;
  }

  write(bytes: number): boolean {
    this.queued += bytes;
    this.#queue.add(bytes);
    return this.#queue.hasRoom(this);
  }

  end(bytes: number): void {
    this.write(bytes);
    this.isComplete = true;
    this.#queue.complete(this.queued);
  }

  taken(bytes: number): void {
    this.queued -= bytes;
    this.#queue.remove(this, bytes, this.isComplete);
  }

  drained(): void {
    this.drains++;
  }
}

it("lets a stream wait at 256 KiB of its own, and go on at half of that", () => {
  const stream = new FakeStream(new ReplyQueue(1024 * KiB));
  expect(stream.write(256 * KiB)).toBe(true);
  expect(stream.write(1)).toBe(false);
  stream.taken(128 * KiB);
  expect(stream.drains).toBe(0);
  stream.taken(1);
  expect(stream.drains).toBe(1);
  stream.taken(128 * KiB);
  expect(stream.drains).toBe(1);
});

it("lets streams wait at the connection's limit, and go on at half of that", () => {
  const queue = new ReplyQueue(100 * KiB);
  const [first, second] = [new FakeStream(queue), new FakeStream(queue)];
  expect(first.write(60 * KiB)).toBe(true);
  expect(second.write(60 * KiB)).toBe(false);
  expect(first.write(1)).toBe(false);
  second.taken(30 * KiB);
  expect([first.drains, second.drains]).toEqual([0, 0]);
  first.taken(40 * KiB + 1);
  expect([first.drains, second.drains]).toEqual([1, 1]);
});

it("lets a stream go on that keeps nothing waiting, whatever the others do", () => {
  const queue = new ReplyQueue(100 * KiB);
  const [stuck, lively] = [new FakeStream(queue), new FakeStream(queue)];
  expect(stuck.write(200 * KiB)).toBe(false);
  for (let i = 1; i <= 3; i++) {
    expect(lively.write(10 * KiB)).toBe(false);
    lively.taken(5 * KiB);
    expect(lively.drains).toBe(i - 1);
    lively.taken(5 * KiB);
    expect(lively.drains).toBe(i);
  }
  expect(stuck.drains).toBe(0);
});

it("holds requests back while more than the limit of complete replies waits, and for nothing else", () => {
  const queue = new ReplyQueue(100 * KiB);
  const opened: number[] = [];
  new FakeStream(queue).write(200 * KiB);
  queue.whenRead(() => opened.push(1));
  const whole = new FakeStream(queue);
  whole.end(100 * KiB);
  queue.whenRead(() => opened.push(2));
  new FakeStream(queue).end(1);
  queue.whenRead(() => opened.push(3));
  queue.whenRead(() => opened.push(4));
  expect(opened).toEqual([1, 2]);
  whole.taken(1);
  expect(opened).toEqual([1, 2, 3, 4]);
});

it("forgets a request that was held back and is gone", () => {
  const queue = new ReplyQueue(100 * KiB);
  const whole = new FakeStream(queue);
  whole.end(200 * KiB);
  const opened: number[] = [];
  const [first, second] = [() => opened.push(1), () => opened.push(2)];
  queue.whenRead(first);
  queue.whenRead(second);
  queue.withdraw(first);
  whole.taken(200 * KiB);
  expect(opened).toEqual([2]);
});

it("does not call a stream that is gone", () => {
  const queue = new ReplyQueue(100 * KiB);
  const stream = new FakeStream(queue);
  expect(stream.write(200 * KiB)).toBe(false);
  queue.forget(stream);
  stream.taken(200 * KiB);
  expect(stream.drains).toBe(0);
});
