import type { ClientStream } from "@bowline/rpc/internal";
import { beforeEach, expect, it } from "vitest";
import { FakeClock } from "./fixtures/fake-clock.js";
import { FakeConnection, FakeDialer, FakeReceiver } from "./fixtures/fake-connection.js";
import { staticResolver } from "./resolver.js";
import {
  type BalancedTransport,
  type BalancedTransportOptions,
  createBalancedTransport,
} from "./transport.js";

let clock: FakeClock;
let dialer: FakeDialer;
beforeEach(() => {
  clock = new FakeClock();
  dialer = new FakeDialer();
});

function transportOf(more: Partial<BalancedTransportOptions> = {}): BalancedTransport {
  return createBalancedTransport({
    authority: "greeter:80",
    httpVersion: "2",
    resolver: staticResolver([{ name: "greeter:80" }]),
    dial: dialer.dial,
    backoff: { random: () => 0.5 },
    clock,
    ...more,
  });
}

function open(transport: BalancedTransport): { stream: ClientStream; received: FakeReceiver } {
  const received = new FakeReceiver();
  const head = { method: "POST", path: "/a/B", headers: [], requiresHttp2: false };
  return { stream: transport.open(head, received), received };
}

function write(stream: ClientStream, text: string): void {
  stream.body.append(Buffer.from(text));
}

function send(transport: BalancedTransport, text = "x"): FakeReceiver {
  const { stream, received } = open(transport);
  write(stream, text);
  stream.send();
  return received;
}

const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve));

it("does not connect before the first call, and once for all of them", () => {
  const transport = transportOf();
  expect(dialer.attempts).toHaveLength(0);
  expect(transport.describe()).toEqual({
    authority: "greeter:80",
    state: "idle",
    waitingStreams: 0,
    subchannels: [
      { address: "greeter:80", state: "idle", failure: undefined, connection: undefined },
    ],
  });
  send(transport, "a");
  send(transport, "b");
  expect(transport.describe()).toMatchObject({ state: "connecting", waitingStreams: 2 });
  const connection = dialer.connect();
  send(transport, "c");
  expect(dialer.attempts).toHaveLength(1);
  expect(connection.streams.map(({ told }) => told)).toEqual([["send:a"], ["send:b"], ["send:c"]]);
  expect(transport.describe()).toMatchObject({ state: "ready", waitingStreams: 0 });
});

it("hands a stream that waited over with everything it was told", async () => {
  const transport = transportOf();
  const { stream, received } = open(transport);
  stream.pause();
  stream.start();
  write(stream, "a");
  expect(stream.flush()).toBe(true);
  write(stream, "b".repeat(70_000));
  expect(stream.flush()).toBe(false);
  const connection = dialer.connect();
  expect(connection.last.told).toEqual(["pause", "start", `flush:a${"b".repeat(70_000)}`]);
  await microtasks();
  expect(received.events).toEqual(["drained"]);
  write(stream, "c");
  stream.flush();
  stream.resume();
  stream.end();
  expect(connection.last.told.slice(3)).toEqual(["flush:c", "resume", "end:"]);
});

it("fails the calls that wait when the attempt fails, with its reason", () => {
  const transport = transportOf();
  const received = send(transport);
  dialer.fail("connection refused. Is the server running?");
  expect(received.failure).toEqual({
    kind: "unreachable",
    message: "connection refused. Is the server running?",
  });
  expect(transport.describe()).toMatchObject({
    state: "transient_failure",
    subchannels: [{ failure: "connection refused. Is the server running?" }],
  });
});

it("fails calls during backoff at once, never inside open, and says when it connects again", async () => {
  const transport = transportOf();
  send(transport);
  dialer.fail("connection refused");
  clock.advance(400);
  const received = send(transport);
  expect(received.events).toEqual([]);
  await microtasks();
  expect(received.failure?.message).toBe(
    "connection refused. The next attempt to connect is in 0.6 s",
  );
  expect(dialer.attempts).toHaveLength(1);
});

it("connects again with the first call after the backoff, not before and not by itself", () => {
  const transport = transportOf();
  send(transport);
  dialer.fail();
  clock.advance(999);
  expect(transport.describe().state).toBe("transient_failure");
  clock.advance(1);
  expect(transport.describe().state).toBe("idle");
  expect(dialer.attempts).toHaveLength(1);
  const received = send(transport);
  expect(dialer.attempts).toHaveLength(2);
  dialer.connect().last.answer();
  expect(received.events).toEqual(["200", "end"]);
});

it("counts the backoff from the attempt's start, and lengthens it", () => {
  const transport = transportOf();
  send(transport);
  clock.advance(700);
  dialer.fail();
  clock.advance(300);
  expect(transport.describe().state).toBe("idle");
  send(transport);
  clock.advance(20_000);
  dialer.fail();
  expect(transport.describe().state).toBe("transient_failure");
  clock.advance(0);
  expect(transport.describe().state).toBe("idle");
  send(transport);
  dialer.fail();
  clock.advance(2_559);
  expect(transport.describe().state).toBe("transient_failure");
  clock.advance(1);
  expect(transport.describe().state).toBe("idle");
});

it("a connection resets the backoff", () => {
  const transport = transportOf();
  for (let i = 0; i < 3; i++) {
    send(transport);
    dialer.fail();
    clock.advance(120_000);
  }
  send(transport);
  dialer.connect();
  dialer.listener.over();
  send(transport);
  dialer.fail();
  clock.advance(1_000);
  expect(transport.describe().state).toBe("idle");
});

it("a connection that ended is replaced with the next call; its open streams are its own matter", () => {
  const transport = transportOf();
  const first = send(transport);
  const connection = dialer.connect();
  dialer.listener.over();
  expect(transport.describe().state).toBe("idle");
  send(transport);
  expect(dialer.attempts).toHaveLength(2);
  connection.last.answer();
  expect(first.events).toEqual(["200", "end"]);
});

it("a connection that ended because its peer cannot be reached waits for the backoff", () => {
  const transport = transportOf();
  send(transport);
  dialer.connect();
  dialer.listener.over({ kind: "unreachable", message: "connection refused" });
  expect(transport.describe().state).toBe("transient_failure");
  clock.advance(1_000);
  expect(transport.describe().state).toBe("idle");
});

it("lets streams wait for room, and takes them in order when there is some", () => {
  const transport = transportOf();
  send(transport, "a");
  const connection = dialer.connect();
  connection.hasRoom = false;
  send(transport, "b");
  const given = open(transport);
  send(transport, "c");
  given.stream.reset();
  expect(transport.describe().waitingStreams).toBe(2);
  connection.hasRoom = true;
  dialer.listener.room();
  expect(connection.streams.map(({ told }) => told[0])).toEqual(["send:a", "send:b", "send:c"]);
});

it("tells when streams begin to wait and when none does any more", () => {
  const told: boolean[] = [];
  const transport = transportOf({ onWaiting: (waiting) => told.push(waiting) });
  const { stream } = open(transport);
  open(transport);
  stream.reset();
  expect(told).toEqual([true]);
  dialer.connect();
  expect(told).toEqual([true, false]);
  open(transport);
  expect(told).toHaveLength(2);
});

it.each([
  [1, "unreachable"],
  [2, "unreachable"],
  [3, "exhausted"],
] as const)("of at most 2 waiting streams, the %ith ends with %s", async (count, kind) => {
  const transport = transportOf({ waitingStreams: 2 });
  const last = Array.from({ length: count }, () => send(transport)).at(-1) as FakeReceiver;
  await microtasks();
  dialer.fail();
  expect(last.events).toEqual([kind]);
});

it("opens a refused stream once more, on the same connection if that is ready", async () => {
  const transport = transportOf();
  const received = send(transport, "hello");
  const connection = dialer.connect();
  connection.last.refuse();
  await microtasks();
  expect(connection.streams.map(({ told }) => told)).toEqual([["send:hello"], ["send:hello"]]);
  connection.last.answer();
  expect(received.events).toEqual(["200", "end"]);
});

it("opens it on a new connection if the old one is over, and in the state that it had", async () => {
  const transport = transportOf();
  const { stream, received } = open(transport);
  const old = dialer.connect();
  stream.start();
  write(stream, "a");
  stream.flush();
  dialer.listener.over();
  old.last.refuse();
  write(stream, "b");
  stream.flush();
  await microtasks();
  expect(dialer.attempts).toHaveLength(2);
  write(stream, "c");
  stream.end();
  const connection = dialer.connect();
  expect(connection.last.told).toEqual(["start", "end:abc"]);
  expect(received.events).toEqual([]);
});

it("opens it once more only", async () => {
  const transport = transportOf();
  const received = send(transport);
  const connection = dialer.connect();
  connection.last.refuse();
  await microtasks();
  connection.last.refuse();
  await microtasks();
  expect(connection.streams).toHaveLength(2);
  expect(received.events).toEqual(["refused"]);
});

it("opens nothing again for another failure, or once an answer has begun", async () => {
  const transport = transportOf();
  const lost = send(transport);
  const connection = dialer.connect();
  connection.last.receiver.interrupted({ kind: "lost", message: "lost" });
  const begun = send(transport);
  const { receiver } = connection.last;
  receiver.head(200, undefined as never);
  connection.last.refuse();
  await microtasks();
  expect(connection.streams).toHaveLength(2);
  expect([lost.events, begun.events]).toEqual([["lost"], ["200", "refused"]]);
});

it.each([
  [99, 2],
  [100, 2],
  [101, 1],
])(
  "keeps at most 100 bytes to repeat a request: of %i bytes it is opened %i times",
  async (size, times) => {
    const transport = transportOf({ replayBytes: 100 });
    for (const waits of [true, false]) {
      const { stream } = open(transport);
      stream.start();
      write(stream, "x".repeat(size - 1));
      stream.flush();
      write(stream, "x");
      stream.end();
      const connection = waits ? dialer.connect() : undefined;
      if (connection !== undefined) {
        connection.last.refuse();
        await microtasks();
        expect(connection.streams).toHaveLength(times);
        dialer.listener.over();
      }
    }
  },
);

it("gives back a pause and room that a refused stream had been asked for", async () => {
  const transport = transportOf();
  const { stream, received } = open(transport);
  const connection = dialer.connect();
  stream.pause();
  stream.start();
  connection.last.hasRoom = false;
  write(stream, "a");
  expect(stream.flush()).toBe(false);
  connection.last.refuse();
  await microtasks();
  expect(connection.last.told).toEqual(["pause", "start", "flush:a"]);
  await microtasks();
  expect(received.events).toEqual(["drained"]);
});

it("a stream that was given up is neither handed over nor opened again", async () => {
  const transport = transportOf();
  const waiting = open(transport);
  write(waiting.stream, "a");
  waiting.stream.send();
  waiting.stream.reset();
  const connection = dialer.connect();
  expect(connection.streams).toHaveLength(0);
  const running = open(transport);
  running.stream.start();
  connection.last.refuse();
  running.stream.reset();
  await microtasks();
  expect(connection.streams).toHaveLength(1);
  expect(running.received.events).toEqual([]);
});

it("hands streams of HTTP/1.1 out as they are: nothing there says that a request was refused", () => {
  const transport = transportOf();
  send(transport);
  const connection = dialer.connect(new FakeConnection("1.1"));
  const { stream } = open(transport);
  expect(stream).toBe(connection.last);
});

it("close ends the attempt and the connection, and fails what waits and what comes", async () => {
  const connecting = transportOf();
  const waiting = send(connecting);
  connecting.close();
  const late = send(connecting);
  await microtasks();
  expect([waiting.events, late.events]).toEqual([["shutdown"], ["shutdown"]]);
  expect(dialer.attempts[0]?.canceled).toBe(true);

  const transport = transportOf();
  send(transport);
  const connection = dialer.connect();
  transport.close();
  expect(connection.closed).toBe(true);
  expect(transport.describe().state).toBe("shutdown");

  const failing = transportOf();
  send(failing);
  dialer.fail();
  expect(clock.timers).toBe(1);
  failing.close();
  expect(clock.timers).toBe(0);
});

it("waits for addresses, and fails what waits for them when there are none", () => {
  let listener: Parameters<BalancedTransportOptions["resolver"]["start"]>[0] | undefined;
  const resolver = {
    start: (each: typeof listener) => {
      listener = each;
    },
    refresh() {},
    close() {},
  };
  const transport = transportOf({ resolver });
  const early = send(transport);
  listener?.failed({ kind: "unreachable", message: "no such host" });
  expect(early.failure?.message).toBe("no such host");
  const late = send(transport);
  listener?.resolved([{ name: "10.0.0.7:80" }]);
  dialer.connect().last.answer();
  expect(late.events).toEqual(["200", "end"]);
});

it("tells a stream that is being sent when the HTTP version is known, if it was not", async () => {
  for (const [httpVersion, told] of [
    [undefined, ["opened"]],
    ["1.1", []],
  ] as const) {
    const transport = transportOf({ httpVersion });
    const events: string[] = [];
    const opened = () => events.push("opened");
    const received = Object.assign(new FakeReceiver(), { opened });
    const head = { method: "POST", path: "/a/B", headers: [], requiresHttp2: false };
    const stream = transport.open(head, received);
    stream.start();
    expect(stream.httpVersion).toBe(httpVersion);
    dialer.connect(new FakeConnection("1.1"));
    expect(events).toEqual([]);
    await microtasks();
    expect(events).toEqual(told);
    transport.close();
  }
});
