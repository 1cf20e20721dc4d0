import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { envelope, FakeTransport, joined } from "../fixtures/fake-transport.js";
import type { InterceptorNext } from "../interceptor.js";
import { Metadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { BidiCall } from "./bidi-call.js";
import { createTransportChannel } from "./channel.js";
import type { ClientStreamCall } from "./client-stream-call.js";
import { createClient } from "./create-client.js";
import type { ServerStreamCall } from "./stream-call.js";

function setUp(httpVersion: "1.1" | "2" | undefined = "2") {
  const transport = new FakeTransport(httpVersion);
  const channel = createTransportChannel("http://greeter:80", transport, {});
  return { transport, channel, client: createClient(EchoService, channel) };
}

const path = "/test.v1.EchoService/Watch";
const type = ["content-type", "application/connect+proto"];
const message = (name: string) => envelope(0, Method.encode({ name }));
const end = envelope(2, "{}");
const failure = envelope(2, '{"error":{"code":"not_found","message":"gone"}}');
const turn = () => new Promise((resolve) => setImmediate(resolve));
const sent = (transport: FakeTransport) => joined(...transport.last.flushed);

let reports: unknown[] = [];
let others: NodeJS.UnhandledRejectionListener[] = [];
// The test runner fails a run on unhandled rejections; here they are what is looked at.
beforeEach(() => {
  reports = [];
  others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => reports.push(reason));
});
afterEach(() => {
  process.removeAllListeners("unhandledRejection");
  for (const listener of others) process.on("unhandledRejection", listener);
  vi.useRealTimers();
});

describe("a stream of responses", () => {
  it("starts at once, and is one message that is sent whole", () => {
    const { transport, client } = setUp();
    client.watch({ name: "a" }, { headers: { "x-a": "1", "user-agent": "mine" } }).cancel();
    const { head, headers, body, sent } = transport.last;
    expect([head.method, head.path, sent]).toEqual(["POST", "/test.v1.EchoService/Watch", true]);
    expect([...headers]).toEqual([
      ["content-type", "application/connect+proto"],
      ["connect-protocol-version", "1"],
      ["x-a", "1"],
      ["user-agent", "mine"],
    ]);
    expect(body.toBytes()).toEqual(message("a"));
  });

  it.each([
    ["", []],
    [", through an interceptor", [(next: InterceptorNext) => next]],
  ])(
    "gives out what had come before the server reset the stream, then says so%s",
    async (_, interceptors) => {
      const transport = new FakeTransport("2");
      const channel = createTransportChannel("http://greeter:80", transport, { interceptors });
      const call = createClient(EchoService, channel).watch({});
      await turn();
      transport.last.receiver.head(200, Metadata.fromWire(type));
      transport.last.data(joined(message("a"), message("b")));
      transport.last.receiver.interrupted({ kind: "canceled", message: "given up" });
      await turn();
      const names: string[] = [];
      const reading = (async () => {
        for await (const { name } of call) names.push(name);
      })();
      await expect(reading).rejects.toMatchObject({ code: "canceled" });
      expect(names).toEqual(["a", "b"]);
    },
  );

  it("is cancelled by leaving the loop, which nobody hears of", async () => {
    const { transport, client } = setUp();
    const call = client.watch({});
    transport.last.receiver.head(200, Metadata.fromWire(type));
    transport.last.data(joined(message("a"), message("b")));
    for await (const { name } of call) {
      expect(name).toBe("a");
      break;
    }
    expect(transport.last.wasReset).toBe(true);
    await expect(call.trailers).rejects.toMatchObject({ code: "canceled" });
    const thrower = client.watch({});
    transport.last.receiver.head(200, Metadata.fromWire(type));
    transport.last.data(message("a"));
    const loop = async () => {
      for await (const _ of thrower) throw new Error("mine");
    };
    await expect(loop()).rejects.toThrow("mine");
    expect(transport.last.wasReset).toBe(true);
    await turn();
    expect(reports).toEqual([]);
  });

  it("ends a loop at once when it is cancelled, without what had come", async () => {
    const { transport, client } = setUp();
    const call = client.watch({});
    transport.last.receiver.head(200, Metadata.fromWire(type));
    transport.last.data(joined(message("a"), message("b"), message("c")));
    const names: string[] = [];
    const loop = async () => {
      for await (const { name } of call) {
        names.push(name);
        call.cancel("why");
      }
    };
    await expect(loop()).rejects.toMatchObject({ code: "canceled", cause: "why" });
    expect(names).toEqual(["a"]);
  });

  it.each([
    ["its end has come", end, { code: "canceled", cause: "why", method: path }],
    ["its failure has come", failure, { code: "not_found" }],
  ])("delivers nothing more when it is cancelled, though %s already", async (_, last, error) => {
    const { transport, client } = setUp();
    const call = client.watch({});
    transport.last.answer(200, type, joined(message("a"), message("b"), last));
    const names: string[] = [];
    const loop = async () => {
      for await (const { name } of call) {
        names.push(name);
        call.cancel("why");
      }
    };
    await expect(loop()).rejects.toMatchObject(error);
    expect(names).toEqual(["a"]);
  });

  it("ends well when it is cancelled behind its last message", async () => {
    const { transport, client } = setUp();
    const call = client.watch({});
    transport.last.answer(200, type, joined(message("a"), end));
    for await (const _ of call) call.cancel();
    call.cancel();
    expect(await call[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it("makes the server wait when nobody reads, and go on when somebody does", async () => {
    const { transport, client } = setUp();
    const call = client.watch({});
    const stream = transport.last;
    stream.receiver.head(200, Metadata.fromWire(type));
    const large = message("x".repeat(40 * 1024));
    stream.data(large);
    expect(stream.isPaused).toBe(false);
    stream.data(large);
    expect(stream.isPaused).toBe(true);
    const iterator = call[Symbol.asyncIterator]();
    await iterator.next();
    expect(stream.isPaused).toBe(true);
    await iterator.next();
    expect(stream.isPaused).toBe(false);
    call.cancel();
  });

  it("fails at its deadline while it is read", async () => {
    vi.useFakeTimers();
    const { transport, client } = setUp();
    const call = client.watch({}, { timeoutMs: 100 });
    expect(transport.last.headers.get("connect-timeout-ms")).toBe("100");
    const next = call[Symbol.asyncIterator]().next();
    const outcome = next.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    expect(await outcome).toMatchObject({ code: "deadline_exceeded" });
    expect(transport.last.wasReset).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is no promise: awaiting it does not wait for it, and the types say so", async () => {
    const { client } = setUp();
    const call = client.watch({});
    expectTypeOf(call).toEqualTypeOf<ServerStreamCall<Method>>();
    expect("then" in call).toBe(false);
    const awaited = await call;
    // @ts-expect-error Property 'name' does not exist on type 'ServerStreamCall<Method>'.
    expect(awaited.name).toBeUndefined();
    call.cancel();
  });

  it("reports a failure once over which nobody iterates, and none that is seen", async () => {
    const { transport, client } = setUp();
    const unseen = client.watch({});
    void unseen.headers;
    void unseen.trailers;
    transport.last.answer(200, type, failure);
    const seenByHeaders = client.watch({});
    const headers = seenByHeaders.headers.catch((error: unknown) => error);
    transport.last.receiver.interrupted({ kind: "lost", message: "gone" });
    expect(await headers).toMatchObject({ code: "unavailable" });
    const iterated = client.watch({})[Symbol.asyncIterator]().next();
    transport.last.answer(200, type, failure);
    await expect(iterated).rejects.toMatchObject({ code: "not_found" });
    client.watch({}).cancel();
    await turn();
    expect(reports).toMatchObject([{ code: "not_found" }]);
  });
});

describe("a stream of requests", () => {
  it("sends what an iterable gives, of any kind, and ends behind it", async () => {
    async function* generator() {
      yield { name: "a" };
      await Promise.resolve();
      yield { name: "b" };
    }
    const iterables = [
      [{ name: "a" }, { name: "b" }],
      new Set([{ name: "a" }, { name: "b" }]),
      generator(),
      new ReadableStream({
        start(controller) {
          controller.enqueue({ name: "a" });
          controller.enqueue({ name: "b" });
          controller.close();
        },
      }) as unknown as AsyncIterable<{ name: string }>,
    ];
    for (const requests of iterables) {
      const { transport, client } = setUp();
      const call = client.collect(requests);
      expect(transport.last.started).toBe(true);
      await turn();
      expect(sent(transport)).toEqual(joined(message("a"), message("b")));
      expect(transport.last.ended).toBe(true);
      transport.last.answer(200, type, joined(message("c"), end));
      expect((await call).name).toBe("c");
      expect(transport.last.wasReset).toBe(false);
    }
  });

  it("takes no more from an iterable than the server does", async () => {
    const { transport, client } = setUp();
    let given = 0;
    function* endless() {
      for (;;) yield { name: String(given++) };
    }
    transport.open = ((open) => (head, receiver) => {
      const stream = open.call(transport, head, receiver);
      transport.last.hasRoom = false;
      return stream;
    })(transport.open);
    const call = client.collect(endless());
    await turn();
    expect(given).toBe(1);
    transport.last.drain();
    transport.last.hasRoom = false;
    await turn();
    expect(given).toBe(2);
    call.cancel();
  });

  it("is cancelled by an iterable that throws, and fails with its error as the cause", async () => {
    const { transport, client } = setUp();
    const error = new Error("no more");
    async function* broken() {
      yield { name: "a" };
      throw error;
    }
    await expect(client.collect(broken())).rejects.toMatchObject({
      code: "canceled",
      cause: error,
    });
    expect(transport.last.wasReset).toBe(true);
    const read = async () => {
      for await (const _ of client.chat(broken()));
    };
    await expect(read()).rejects.toMatchObject({ code: "canceled", cause: error });
    const wrong = client.collect(5 as never);
    await expect(wrong).rejects.toMatchObject({
      code: "invalid_argument",
      reason: "BOWLINE_ENCODE",
    });
  });

  it("leaves the iterable when the call ends early, and waits for neither its next nor its return", async () => {
    const { transport, client } = setUp();
    let left = 0;
    const stuck = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<{ name: string }>>(() => {}),
        return: () => {
          left++;
          return new Promise<IteratorResult<{ name: string }>>(() => {});
        },
      }),
    };
    const failed = client.collect(stuck);
    transport.last.answer(200, type, failure);
    await expect(failed).rejects.toMatchObject({ code: "not_found" });
    expect([left, transport.last.wasReset]).toEqual([1, true]);
    const early = client.collect(stuck);
    transport.last.answer(200, type, joined(message("c"), end));
    expect((await early).name).toBe("c");
    expect([left, transport.last.wasReset]).toEqual([2, true]);
    const canceled = client.chat(stuck);
    canceled.cancel();
    expect(left).toBe(3);
  });

  it("fails with invalid_argument for a message of the wrong form, naming its path", async () => {
    const { transport, client } = setUp();
    const wrong = { options: [{}, { nmae: "x" }] } as never;
    let left = false;
    function* requests() {
      try {
        yield { name: "a" };
        yield wrong;
      } finally {
        left = true;
      }
    }
    const expected = {
      code: "invalid_argument",
      reason: "BOWLINE_ENCODE",
      origin: "local",
      message: expect.stringMatching(/options\[1\].*nmae/s),
    };
    await expect(client.collect(requests())).rejects.toMatchObject(expected);
    expect(sent(transport)).toEqual(message("a"));
    expect([transport.last.wasReset, left]).toEqual([true, true]);
    const call = client.collect();
    await expect(call.send(wrong)).rejects.toMatchObject(expected);
    await expect(call).rejects.toMatchObject(expected);
    await expect(client.watch(wrong)[Symbol.asyncIterator]().next()).rejects.toMatchObject(
      expected,
    );
    expect(transport.last.sent).toBe(false);
  });

  it("sends by hand, and waits for room", async () => {
    const { transport, client } = setUp();
    const call = client.collect();
    expectTypeOf(call).toEqualTypeOf<ClientStreamCall<Parameters<typeof call.send>[0], Method>>();
    await call.send({ name: "a" });
    transport.last.hasRoom = false;
    let isSent = false;
    const second = call.send({ name: "b" }).then(() => {
      isSent = true;
    });
    await turn();
    expect(isSent).toBe(false);
    transport.last.drain();
    await second;
    call.closeSend();
    call.closeSend();
    expect(sent(transport)).toEqual(joined(message("a"), message("b")));
    expect(transport.last.ended).toBe(true);
    await expect(call.send({})).rejects.toMatchObject({
      code: "failed_precondition",
      reason: "BOWLINE_SEND",
    });
    transport.last.answer(200, type, joined(message("c"), end));
    expect((await call).name).toBe("c");
  });

  it("rejects what is sent when the call is over: with its error, or by saying that it ended well", async () => {
    const { transport, client } = setUp();
    const failed = client.chat();
    transport.last.hasRoom = false;
    const waiting = failed.send({ name: "a" });
    transport.last.answer(200, type, failure);
    await expect(waiting).rejects.toMatchObject({ code: "not_found" });
    await expect(failed.send({})).rejects.toMatchObject({ code: "not_found" });
    const ended = client.chat();
    transport.last.answer(200, type, end);
    await expect(ended.send({})).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("the server has ended the call"),
    });
    const pumped = client.chat([]);
    await expect(pumped.send({})).rejects.toMatchObject({ reason: "BOWLINE_SEND" });
    pumped.cancel();
    const { channel } = setUp();
    await channel.close();
    const refused = createClient(EchoService, channel).chat();
    await expect(refused.send({})).rejects.toMatchObject({ reason: "BOWLINE_CHANNEL_CLOSED" });
    await turn();
    expect(reports).toEqual([]);
  });

  it("is told a failure between two sends with the next one, not as an unhandled rejection", async () => {
    const { transport, client } = setUp();
    for (const start of [() => client.chat(), () => client.collect()]) {
      const call = start();
      await call.send({ name: "a" });
      transport.last.answer(200, type, failure);
      await turn();
      expect(reports).toEqual([]);
      await expect(call.send({ name: "b" })).rejects.toMatchObject({ code: "not_found" });
      call.closeSend();
      await turn();
      expect(reports).toEqual([]);
    }
  });

  it("reports a failure once when the sends were done, and nobody reads or awaits", async () => {
    const { transport, client } = setUp();
    for (const start of [() => client.chat(), () => client.collect()]) {
      reports.length = 0;
      const call = start();
      await call.send({ name: "a" });
      transport.last.answer(200, type, failure);
      call.closeSend();
      await turn();
      expect(reports).toMatchObject([{ code: "not_found" }]);
    }
  });

  it("reads both ways at once over HTTP/2", async () => {
    const { transport, client } = setUp();
    const chat = client.chat();
    expectTypeOf(chat).toExtend<BidiCall<{ name?: string }, Method>>();
    transport.last.receiver.head(200, Metadata.fromWire(type));
    const iterator = chat[Symbol.asyncIterator]();
    await chat.send({ name: "a" });
    const reply = iterator.next();
    transport.last.data(message("A"));
    expect((await reply).value?.name).toBe("A");
    await chat.send({ name: "b" });
    chat.closeSend();
    transport.last.data(end);
    transport.last.receiver.end(new Metadata());
    expect((await iterator.next()).done).toBe(true);
  });
});

describe("over HTTP/1.1", () => {
  const refusal = {
    code: "unimplemented",
    reason: "BOWLINE_HTTP_VERSION",
    message: expect.stringContaining("call closeSend() first"),
  };

  it("refuses to read before closeSend, and reads after it", async () => {
    const { transport, client } = setUp("1.1");
    const early = client.chat();
    await early.send({ name: "a" });
    await expect(early[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal);
    expect(transport.last.wasReset).toBe(true);
    const chat = client.chat();
    await chat.send({ name: "a" });
    chat.closeSend();
    transport.last.answer(200, type, joined(message("A"), end));
    const names: string[] = [];
    for await (const { name } of chat) names.push(name);
    expect(names).toEqual(["A"]);
  });

  it("refuses it as soon as the version is known", async () => {
    const { transport, client } = setUp(undefined);
    const outcome: Promise<RpcError> = client
      .chat()
      [Symbol.asyncIterator]()
      .next()
      .catch((e) => e);
    transport.last.httpVersion = "1.1";
    transport.last.receiver.opened?.();
    expect(await outcome).toMatchObject(refusal);
  });

  it("reads while an iterable is sent", async () => {
    const { transport, client } = setUp("1.1");
    const read = client
      .chat([{ name: "a" }])
      [Symbol.asyncIterator]()
      .next();
    await turn();
    transport.last.answer(200, type, joined(message("A"), end));
    expect((await read).value?.name).toBe("A");
  });
});
