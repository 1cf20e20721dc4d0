import { expect, test } from "vitest";
import { MessageQueue } from "./message-queue.js";

function queue() {
  const said: string[] = [];
  const source = {
    full: () => said.push("full"),
    hungry: () => said.push("hungry"),
    left: () => said.push("left"),
  };
  return { said, messages: new MessageQueue<number>(source) };
}

test("messages come in order, those that are awaited and those that were there", async () => {
  const { messages } = queue();
  const first = messages.next();
  const second = messages.next();
  messages.push(1, 1);
  messages.push(2, 1);
  messages.push(3, 1);
  messages.end();
  expect(await first).toEqual({ done: false, value: 1 });
  expect(await second).toEqual({ done: false, value: 2 });
  const rest: number[] = [];
  for await (const each of messages) rest.push(each);
  expect(rest).toEqual([3]);
});

test("a stream that broke looks ended to nobody, however often it is read", async () => {
  const { messages } = queue();
  messages.push(1, 1);
  messages.fail(new Error("broken"));
  expect(await messages.next()).toEqual({ done: false, value: 1 });
  await expect(messages.next()).rejects.toThrow("broken");
  await expect(messages.next()).rejects.toThrow("broken");
  await expect(async () => {
    for await (const each of messages) expect.unreachable(String(each));
  }).rejects.toThrow("broken");
});

test("a failure reaches everybody who waits", async () => {
  const { messages } = queue();
  const all = Promise.allSettled([messages.next(), messages.next()]);
  messages.fail(new Error("broken"));
  expect((await all).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

test("empty messages are not queued without bound", async () => {
  const { said, messages } = queue();
  for (let i = 0; i < 1024; i++) messages.push(i, 0);
  expect(said).toEqual([]);
  messages.push(1024, 0);
  expect(said).toEqual(["full"]);
  for (let i = 0; i < 513; i++) await messages.next();
  expect(said).toEqual(["full", "hungry"]);
});

test("an abort drops what is queued, after the end too", async () => {
  const { messages } = queue();
  messages.push(1, 1);
  messages.end();
  messages.abort(new Error("canceled"));
  await expect(messages.next()).rejects.toThrow("canceled");
});

test("dropping fails where something was not read, and does nothing at the end", async () => {
  const { messages } = queue();
  messages.push(1, 1);
  messages.end();
  await messages.next();
  messages.drop(() => new Error("canceled"));
  expect(await messages.next()).toEqual({ done: true, value: undefined });
  const unread = queue().messages;
  unread.push(1, 1);
  unread.end();
  unread.drop(() => new Error("canceled"));
  await expect(unread.next()).rejects.toThrow("canceled");
});

test("the source is told to stop past 64 KiB and to go on at half of it", async () => {
  const { said, messages } = queue();
  messages.push(1, 40_000 - 64);
  expect(said).toEqual([]);
  messages.push(2, 25_536 - 64);
  expect(said).toEqual([]);
  messages.push(3, 1);
  messages.push(4, 1);
  expect(said).toEqual(["full"]);
  await messages.next();
  expect(said).toEqual(["full", "hungry"]);
});

test("a reader that leaves tells the source, but not at the end", async () => {
  const { said, messages } = queue();
  messages.push(1, 1);
  messages.push(2, 1);
  for await (const each of messages) if (each === 1) break;
  expect(said).toEqual(["left"]);
  expect(await messages.next()).toEqual({ done: true, value: undefined });
  const other = queue();
  other.messages.end();
  for await (const each of other.messages) expect.unreachable(String(each));
  expect(other.said).toEqual([]);
});

test("ten thousand queued messages are taken without copying all of them each time", async () => {
  const { messages } = queue();
  for (let i = 0; i < 10_000; i++) messages.push(i, 0);
  for (let i = 0; i < 10_000; i++) expect((await messages.next()).value).toBe(i);
});
