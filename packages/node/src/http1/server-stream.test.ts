import { afterEach, expect, it, vi } from "vitest";
import { RawConnection } from "../fixtures/raw-connection.js";
import {
  eventually,
  Recorder,
  type RecordingReceiver,
  startTransport,
  type TransportServer,
} from "../fixtures/transport-server.js";
import type { ServerLimits } from "../server-limits.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(
  limits: ServerLimits = {},
  onStream?: (receiver: RecordingReceiver) => void,
): Promise<{ recorder: Recorder; server: TransportServer; connection: RawConnection }> {
  const recorder = new Recorder(onStream);
  const server = await startTransport(recorder.accept, { limits });
  open.push(() => server[Symbol.asyncDispose]());
  const connection = new RawConnection(server.port);
  open.push(() => connection.end());
  return { recorder, server, connection };
}

const text = (value: string) => new TextEncoder().encode(value);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const head = (...fields: string[]) =>
  ["POST /a HTTP/1.1", "host: x", ...fields, "", ""].join("\r\n");
const get = head("content-length: 0");
const noStreams = ({ connections }: TransportServer) => eventually(() => connections.streams === 0);

it("streams a response in chunks, each flush when it is made, and keeps the connection", async () => {
  const { recorder, connection, server } = await start();
  for (let count = 0; count < 2; count++) {
    connection.write(get);
    const { stream } = await recorder.next();
    stream.start(200, ["x-a", "1", "x-a", "2"]);
    await connection.until((got) => got.split("x-a: 2").length > count + 1);
    for (const part of ["one", "two"]) {
      stream.body.append(text(part));
      expect(stream.flush()).toBe(true);
      await connection.until((got) => got.endsWith(`3\r\n${part}\r\n`));
    }
    stream.body.append(text("three"));
    stream.end();
    const { text: got } = await connection.until((all) => all.endsWith("0\r\n\r\n"));
    expect(got).toMatch(/transfer-encoding: chunked[\s\S]*5\r\nthree\r\n0\r\n\r\n$/i);
    await noStreams(server);
  }
});

it("sends the head with the first message where that comes in the same turn, and what one turn writes at once", async () => {
  const { connection } = await start({}, ({ stream }) => {
    stream.start(200, []);
    for (const part of ["a", "b", "c"]) {
      stream.body.append(text(part));
      stream.flush();
    }
    stream.end();
  });
  const pieces: string[] = [];
  connection.socket.on("data", (chunk) => pieces.push(String(chunk)));
  await connection.write(get).until((got) => got.endsWith("0\r\n\r\n"));
  expect(pieces).toHaveLength(1);
});

it("takes the request while it answers", async () => {
  const { recorder, connection } = await start();
  connection.write(head("transfer-encoding: chunked"));
  const receiver = await recorder.next();
  receiver.stream.start(200, []);
  receiver.stream.body.append(text("early"));
  receiver.stream.flush();
  await connection.until((got) => got.includes("early"));
  connection.write("3\r\nabc\r\n");
  await receiver.until(({ bytes }) => bytes === 3);
  connection.write("0\r\n\r\n");
  await receiver.until(({ events }) => events.includes("end"));
  receiver.stream.end();
  await connection.until((got) => got.endsWith("0\r\n\r\n"));
});

it("asks for an expected body when it is wanted: not while paused, not when it is refused", async () => {
  const { recorder, connection } = await start({}, ({ stream }) => stream.pause());
  connection.write(head("content-length: 3", "expect: 100-continue"));
  const receiver = await recorder.next();
  await sleep(30);
  expect(connection.received.length).toBe(0);
  receiver.stream.resume();
  await connection.until((got) => got === "HTTP/1.1 100 Continue\r\n\r\n");
  connection.write("abc");
  await receiver.until(({ events }) => events.includes("end"));
  receiver.stream.respond(200, []);
  await connection.until((got) => got.includes("200 OK"));
  connection.write(head("content-length: 3", "expect: 100-continue"));
  const other = await recorder.next();
  other.stream.respond(413, []);
  other.stream.resume();
  const { text: got } = await connection.until((all) => all.includes("413"));
  expect(got.split("100 Continue")).toHaveLength(2);
});

it("says when the peer is slow and when it has room again", async () => {
  const { recorder, connection } = await start({ queuedReplyBytes: 300_000 });
  connection.socket.pause();
  connection.write(get);
  const receiver = await recorder.next();
  const { stream } = receiver;
  stream.start(200, []);
  let sent = 0;
  for (;;) {
    stream.body.append(new Uint8Array(100_000));
    sent += 100_000;
    if (!stream.flush()) break;
    await sleep(0);
  }
  expect(sent).toBeGreaterThan(300_000);
  await sleep(30);
  expect(receiver.events).not.toContain("drained");
  connection.socket.resume();
  await receiver.until(({ events }) => events.includes("drained"));
  stream.end();
  await connection.until((got) => got.endsWith("0\r\n\r\n"));
  expect(receiver.events.filter((event) => event === "drained")).toHaveLength(1);
});

it("answers in the middle of a paused body and goes on with the connection", async () => {
  const { recorder, connection } = await start();
  connection.write(head("content-length: 6")).write("abc");
  const receiver = await recorder.next();
  await receiver.until(({ bytes }) => bytes === 3);
  receiver.stream.pause();
  receiver.stream.respond(429, []);
  await connection.until((got) => got.includes("429"));
  connection.write("def").write(get);
  const next = await recorder.next();
  next.stream.respond(200, []);
  await connection.until((got) => got.includes("200 OK"));
  expect(receiver.bytes).toBe(3);
});

it("cuts a response that is reset, so that nobody takes it for whole", async () => {
  const { recorder, connection, server } = await start();
  connection.write(get);
  const { stream } = await recorder.next();
  stream.start(200, []);
  stream.body.append(text("half"));
  stream.flush();
  await connection.until((got) => got.includes("half"));
  stream.reset();
  const { text: got, closed } = await connection.closed();
  expect(closed).toBe(true);
  expect(got.endsWith("0\r\n\r\n")).toBe(false);
  stream.body.append(text("late"));
  stream.flush();
  stream.end();
  await noStreams(server);
});

it("tells of a caller that is gone: in its body, behind it, and in the response", async () => {
  for (const [bytes, begins] of [
    [`${head("content-length: 6")}abc`, false],
    [get, false],
    [get, true],
  ] as const) {
    const { recorder, connection, server } = await start();
    connection.write(bytes);
    const receiver = await recorder.next();
    if (begins) receiver.stream.start(200, []);
    await sleep(10);
    connection.end();
    await receiver.until(({ failure }) => failure !== undefined);
    expect(receiver.failure?.kind).toBe("lost");
    receiver.stream.respond(200, []);
    receiver.stream.start(200, []);
    receiver.stream.end();
    await noStreams(server);
  }
});

it("leaves no timer behind a call that answers because its caller is gone", async () => {
  const { recorder, connection } = await start();
  connection.write(`${head("content-length: 6")}abc`);
  const receiver = await recorder.next();
  const answered = new Promise<void>((resolve) => {
    receiver.interrupted = () => {
      receiver.stream.respond(499, []);
      resolve();
    };
  });
  const timers = vi.spyOn(globalThis, "setTimeout");
  open.push(() => timers.mockRestore());
  connection.end();
  await answered;
  expect(timers.mock.calls.filter(([, ms]) => ms === 5_000)).toEqual([]);
});

it("ends a request that stalls, unless it rests between messages or is held back", async () => {
  const { recorder, server } = await start({ stallTimeoutMs: 150 }, (receiver) => {
    if (receiver.stream.headers.has("x-resting")) {
      Object.assign(receiver, { isResting: () => true });
    }
    if (receiver.stream.headers.has("x-paused")) receiver.stream.pause();
  });
  const send = async (field: string) => {
    const connection = new RawConnection(server.port);
    open.push(() => connection.end());
    connection.write(head("content-length: 6", field)).write("abc");
    return { connection, receiver: await recorder.next() };
  };
  const stalled = await send("x-a: 1");
  const resting = await send("x-resting: 1");
  const paused = await send("x-paused: 1");
  await stalled.receiver.until(({ failure }) => failure !== undefined);
  expect(stalled.receiver.failure?.kind).toBe("stalled");
  expect((await stalled.connection.closed()).closed).toBe(true);
  await sleep(250);
  for (const { connection, receiver } of [resting, paused]) {
    expect(receiver.failure).toBeUndefined();
    receiver.stream.respond(200, []);
    await connection.until((got) => got.includes("200 OK"));
  }
});

it("keeps nothing of requests that were answered before their end, on a connection that lives on", async () => {
  const { connection, server } = await start({}, ({ stream }) => stream.respond(404, []));
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on("warning", warned);
  const one = `${head("content-length: 5")}12345`;
  for (let i = 1; i <= 30; i++) {
    await connection.write(one).until((got) => got.split("404 Not Found").length > i);
  }
  await noStreams(server);
  process.off("warning", warned);
  expect(warnings).toEqual([]);
});

it("takes as many requests sent ahead as a connection may have, and closes it at one more", async () => {
  const { recorder, connection, server } = await start({ streams: 10 });
  connection.write(get.repeat(10));
  await eventually(() => recorder.receivers.length === 10);
  for (const { stream } of recorder.receivers.splice(0)) stream.respond(200, []);
  await connection.responses(10);
  connection.write(get.repeat(10));
  await eventually(() => recorder.receivers.length === 10);
  connection.write(get);
  expect(await connection.closed()).toMatchObject({ closed: true });
  expect(recorder.receivers).toHaveLength(10);
  await eventually(() => recorder.receivers.every(({ failure }) => failure?.kind === "lost"));
  await noStreams(server);
});

it("looks at no more requests than a connection may have, however many came in one piece", async () => {
  const { recorder, connection, server } = await start({ streams: 10 });
  connection.write(get.repeat(500));
  await connection.closed();
  await noStreams(server);
  expect(recorder.receivers).toHaveLength(10);
});
