import { afterEach, describe, expect, it, vi } from "vitest";
import { detail } from "../error-detail.js";
import { countingCodec } from "../fixtures/counting-codec.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { enveloped, envelopesOf } from "../fixtures/envelopes.js";
import { type Answer, type FakeServerStream, fakeServer } from "../fixtures/fake-server-stream.js";
import { readStatus, withoutStatus } from "../protocol-grpc/trailer.js";
import { decodeTrailers } from "../protocol-grpc-web/trailer.js";
import { RpcError } from "../rpc-error.js";
import type { HandlerCall } from "./handler-call.js";
import { type Handlers, implement } from "./implement.js";
import type { RequestHandlerOptions } from "./options.js";

type Methods = (typeof EchoService)["methods"];

const message = (name: string) => Method.encode({ name });
const names = (bodies: { bytes: Uint8Array }[]) =>
  bodies.map(({ bytes }) => Method.decode(bytes).name);

function serverOf(handlers: Handlers<Methods>, options?: Partial<RequestHandlerOptions>) {
  const call = fakeServer([implement(EchoService, handlers)], options);
  return (method: string, contentType: string, body?: Uint8Array, headers = {}): FakeServerStream =>
    call({
      target: `/test.v1.EchoService/${method}`,
      headers: { "content-type": contentType, ...headers },
      httpVersion: "2",
      ...(body === undefined ? {} : { body }),
    });
}

/** The messages and the end of an answer, whatever the protocol. */
function read(answer: Answer) {
  const envelopes = envelopesOf(answer.body);
  const contentType = answer.headers.get("content-type") ?? "";
  const options = { peer: "p", method: "m" };
  if (contentType.startsWith("application/connect")) {
    const end = envelopes.pop();
    expect(end?.flags).toBe(2);
    const { error, metadata = {} } = JSON.parse(end?.text as string);
    return {
      messages: names(envelopes),
      code: error?.code ?? "ok",
      text: error?.message,
      metadata,
    };
  }
  let trailers: Answer["headers"] = answer.trailers;
  if (contentType.startsWith("application/grpc-web")) {
    const end = envelopes.pop();
    expect(end?.flags).toBe(128);
    trailers = decodeTrailers(end?.bytes as Uint8Array, 0, end?.bytes.length as number);
  } else if (trailers.size === 0) trailers = answer.headers;
  const status = readStatus(trailers, options);
  const metadata: Record<string, string[]> = {};
  for (const [name] of withoutStatus(trailers)) metadata[name] = trailers.getAll(name);
  const isOk = status === "ok";
  return {
    messages: names(envelopes),
    code: isOk ? "ok" : status?.code,
    text: isOk ? undefined : status?.rawMessage,
    metadata,
  };
}

const protocols = [
  ["Connect", "application/connect+proto"],
  ["gRPC", "application/grpc+proto"],
  ["gRPC-Web", "application/grpc-web+proto"],
] as const;

afterEach(() => {
  vi.useRealTimers();
});

describe.each(protocols)("over %s", (protocol, contentType) => {
  const decodeCode = protocol === "Connect" ? "invalid_argument" : "internal";

  it("streams what a handler yields, then its trailers", async () => {
    const call = serverOf({
      async *watch({ name }, { responseHeaders, responseTrailers }) {
        responseHeaders.set("x-head", "1");
        for (const suffix of "abc") yield { name: name + suffix };
        responseTrailers.set("x-tail", "2");
      },
    });
    const answer = await call("Watch", contentType, enveloped([0, message("n")])).answer;
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe(contentType);
    expect(answer.headers.get("x-head")).toBe("1");
    expect(read(answer)).toEqual({
      messages: ["na", "nb", "nc"],
      code: "ok",
      text: undefined,
      metadata: { "x-tail": ["2"] },
    });
  });

  it("reads a stream of requests, cut anywhere", async () => {
    const call = serverOf({
      async collect(requests) {
        let name = "";
        for await (const each of requests) name += each.name;
        return { name };
      },
    });
    const body = enveloped([0, message("a")], [0, message("b")], [0, message("c")]);
    for (let cut = 0; cut <= body.length; cut++) {
      const stream = call("Collect", contentType);
      stream.send(body.subarray(0, cut));
      stream.send(body.subarray(cut));
      stream.receiver?.end();
      expect(read(await stream.answer)).toMatchObject({ messages: ["abc"], code: "ok" });
    }
  });

  it("answers while requests still come, each at once", async () => {
    const call = serverOf({
      async *chat(requests) {
        for await (const { name } of requests) yield { name: `re: ${name}` };
      },
    });
    const stream = call("Chat", contentType);
    for (const name of ["a", "b"]) {
      stream.send(enveloped([0, message(name)]));
      await vi.waitFor(() =>
        expect(names(envelopesOf(stream.pieces.at(-1) as Uint8Array))).toEqual([`re: ${name}`]),
      );
    }
    stream.receiver?.end();
    expect(read(await stream.answer)).toMatchObject({ messages: ["re: a", "re: b"], code: "ok" });
  });

  it("says an error behind the messages that were sent, with details and trailers", async () => {
    const call = serverOf({
      async *watch() {
        yield { name: "a" };
        throw new RpcError("not_found", "no ü more", { details: [detail(Method, { name: "d" })] });
      },
    });
    const answer = await call("Watch", contentType, enveloped([0, message("")])).answer;
    expect(read(answer)).toMatchObject({ messages: ["a"], code: "not_found", text: "no ü more" });
  });

  it("tells nobody what a handler threw, but the hook", async () => {
    const seen: unknown[] = [];
    const call = serverOf(
      {
        async collect() {
          throw new Error("the password is 1234");
        },
      },
      { onError: (error) => seen.push(error) },
    );
    const answer = await call("Collect", contentType, enveloped()).answer;
    expect(read(answer)).toMatchObject({ code: "internal", text: "internal error" });
    expect(answer.text).not.toContain("1234");
    expect(seen).toHaveLength(1);
  });

  it("survives a hook that fails in its own time, and what is thrown that cannot be looked at", async () => {
    const unseen = new Proxy({}, { get: () => expect.fail("looked at") });
    const call = serverOf(
      {
        async collect() {
          throw unseen;
        },
        async echo() {
          throw new Error("seen");
        },
      },
      { onError: async () => expect.fail("the log is full") },
    );
    const rejections: unknown[] = [];
    const rejected = (error: unknown) => rejections.push(error);
    process.on("unhandledRejection", rejected);
    for (const [method, body] of [
      ["Collect", enveloped()],
      ["Echo", enveloped([0, message("")])],
    ] as const) {
      if (method === "Echo" && protocol === "Connect") continue;
      const answer = await call(method, contentType, body).answer;
      expect(read(answer)).toMatchObject({ code: "internal", text: "internal error" });
    }
    await new Promise(setImmediate);
    process.off("unhandledRejection", rejected);
    expect(rejections).toEqual([]);
  });

  it("survives an iterator whose return cannot be read, when its caller is gone", async () => {
    const seen: unknown[] = [];
    const never = new Promise<never>(() => {});
    const iterator = {
      next: () => never,
      get return(): never {
        throw new Error("no return");
      },
    };
    const call = serverOf(
      { watch: () => ({ [Symbol.asyncIterator]: () => iterator }) as never },
      { onError: (error) => seen.push(error) },
    );
    const stream = call("Watch", contentType, enveloped([0, message("")]));
    stream.receiver?.interrupted({ kind: "canceled", message: "gave up" });
    expect(seen).toMatchObject([{ message: "no return" }]);
  });

  it("lets timers run while a generator yields without ever waiting", async () => {
    let isOver = false;
    let yielded = 0;
    const call = serverOf({
      async *watch() {
        for (; !isOver && yielded < 1_000_000; yielded++) yield {};
      },
    });
    setTimeout(() => {
      isOver = true;
    }, 0);
    await call("Watch", contentType, enveloped([0, message("")])).answer;
    expect(yielded).toBeLessThan(1_000_000);
  });

  it("refuses a request that does not decode, and one that is cut", async () => {
    const call = serverOf({
      watch: async function* () {},
      collect: async (requests) => {
        for await (const each of requests) expect.unreachable(each.name);
        return {};
      },
    });
    const broken = enveloped([0, Uint8Array.of(0x0a, 5, 1)]);
    for (const method of ["Watch", "Collect"]) {
      expect(read(await call(method, contentType, broken).answer).code).toBe(decodeCode);
      const cut = call(method, contentType, enveloped([0, message("abc")]).subarray(0, 6));
      expect(read(await cut.answer)).toMatchObject({
        code: "internal",
        text: expect.stringContaining("in the middle of a message"),
      });
    }
  });

  it("takes exactly one message where one is meant", async () => {
    const call = serverOf({ watch: async function* () {} });
    const none = await call("Watch", contentType, enveloped()).answer;
    expect(read(none)).toMatchObject({
      code: "unimplemented",
      text: expect.stringContaining("none came"),
    });
    const two = enveloped([0, message("a")], [1, "not even gzip"]);
    expect(read(await call("Watch", contentType, two).answer).code).not.toBe("ok");
    const twice = enveloped([0, message("a")], [0, message("b")]);
    expect(read(await call("Watch", contentType, twice).answer)).toMatchObject({
      code: "unimplemented",
      text: expect.stringContaining("more than one came"),
    });
  });

  it("refuses messages past the limit on their prefix", async () => {
    const call = serverOf(
      {
        async collect(requests) {
          for await (const each of requests) return each;
          return {};
        },
      },
      { receivedMessageBytes: 10 },
    );
    const name = "x".repeat(8);
    expect(message(name)).toHaveLength(10);
    expect(
      read(await call("Collect", contentType, enveloped([0, message(name)])).answer).code,
    ).toBe("ok");
    const stream = call("Collect", contentType);
    stream.send(Uint8Array.of(0, 0, 0, 0, 11));
    expect(read(await stream.answer).code).toBe("resource_exhausted");
  });

  it("waits for a slow peer before it asks the handler for more", async () => {
    let made = 0;
    const call = serverOf({
      async *watch() {
        for (; made < 10; made++) yield { name: String(made) };
      },
    });
    const stream = call("Watch", contentType);
    stream.hasRoom = false;
    stream.send(enveloped([0, message("")]));
    stream.receiver?.end();
    await vi.waitFor(() => expect(stream.pieces).toHaveLength(1));
    await new Promise(setImmediate);
    expect(made).toBe(0);
    stream.hasRoom = true;
    stream.receiver?.drained();
    expect(read(await stream.answer).messages).toHaveLength(10);
  });

  it("asks a fast peer to wait for the handler", async () => {
    let go = () => {};
    const started = new Promise<void>((resolve) => {
      go = resolve;
    });
    const call = serverOf({
      async collect(requests) {
        await started;
        let count = 0;
        for await (const _ of requests) count++;
        return { name: String(count) };
      },
    });
    const stream = call("Collect", contentType);
    const one = enveloped([0, message("x".repeat(1000))]);
    let sent = 0;
    for (; !stream.isPaused && sent < 1000; sent++) stream.send(one);
    expect(sent).toBeLessThan(100);
    go();
    await vi.waitFor(() => expect(stream.isPaused).toBe(false));
    stream.receiver?.end();
    expect(read(await stream.answer).messages).toEqual([String(sent)]);
  });

  it("tells a streaming handler that its caller is gone, in its iterator and by its signal", async () => {
    let seen: unknown;
    let reason: unknown;
    const call = serverOf({
      async collect(requests, { signal }) {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
        });
        try {
          for await (const _ of requests);
        } catch (error) {
          seen = error;
        }
        return {};
      },
    });
    const stream = call("Collect", contentType);
    stream.receiver?.interrupted({ kind: "lost", message: "the caller is gone" });
    await vi.waitFor(() => expect(seen).toBeDefined());
    expect(seen).toMatchObject({ code: "canceled", reason: "BOWLINE_REQUEST_BROKEN" });
    expect(reason).toBe(seen);
  });

  it("ends the iterator of a handler whose caller is gone", async () => {
    let left = false;
    const call = serverOf({
      async *watch() {
        try {
          for (;;) yield { name: "x" };
        } finally {
          left = true;
        }
      },
    });
    const stream = call("Watch", contentType);
    stream.hasRoom = false;
    stream.send(enveloped([0, message("")]));
    stream.receiver?.end();
    await vi.waitFor(() => expect(stream.pieces).toHaveLength(1));
    stream.receiver?.interrupted({ kind: "canceled", message: "gave up" });
    await vi.waitFor(() => expect(left).toBe(true));
  });

  it("ends a call at its deadline, whatever its handler does", async () => {
    vi.useFakeTimers();
    const call = serverOf({ collect: () => new Promise(() => {}) });
    const timeout =
      protocol === "Connect" ? { "connect-timeout-ms": "50" } : { "grpc-timeout": "50m" };
    const stream = call("Collect", contentType, undefined, timeout);
    await vi.advanceTimersByTimeAsync(60);
    expect(read(await stream.answer)).toMatchObject({ code: "deadline_exceeded" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends a stream on which nobody sends for too long", async () => {
    vi.useFakeTimers();
    const call = serverOf(
      {
        async *chat(requests) {
          for await (const each of requests) yield each;
        },
      },
      { deadline: { betweenMessagesMs: 1000 } },
    );
    const stream = call("Chat", contentType);
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(900);
      stream.send(enveloped([0, message("a")]));
    }
    expect(stream.answers).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(read(await stream.answer)).toMatchObject({ code: "deadline_exceeded" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("answers before the requests have ended, and takes no more of them", async () => {
    const call = serverOf({
      async collect(requests) {
        for await (const { name } of requests) return { name };
        return {};
      },
    });
    const stream = call("Collect", contentType);
    stream.send(enveloped([0, message("first")]));
    expect(read(await stream.answer)).toMatchObject({ messages: ["first"], code: "ok" });
    expect(stream.answers).toBe(1);
  });

  it("says what a handler gave back that is no stream, and no message", async () => {
    const seen: unknown[] = [];
    const call = serverOf(
      {
        watch: (() => 7) as never,
        collect: (() => undefined) as never,
        chat: async function* () {
          yield null;
        } as never,
      },
      { onError: (error) => seen.push((error as Error).message) },
    );
    expect(read(await call("Watch", contentType, enveloped([0, message("")])).answer).code).toBe(
      "internal",
    );
    expect(read(await call("Collect", contentType, enveloped()).answer).code).toBe("internal");
    expect(read(await call("Chat", contentType, enveloped()).answer).code).toBe("internal");
    expect(seen).toEqual([
      expect.stringContaining("returned nothing that can be iterated; write it as async *watch("),
      expect.stringContaining("returned undefined; return a google.protobuf.Method"),
      expect.stringContaining("yielded null; yield a google.protobuf.Method"),
    ]);
  });
});

describe("gRPC", () => {
  const grpc = "application/grpc";

  it("answers a unary call, the status in trailers", async () => {
    const call = serverOf({ echo: (request) => request });
    const answer = await call("Echo", grpc, enveloped([0, message("a")])).answer;
    expect([...answer.headers]).toEqual([["content-type", "application/grpc+proto"]]);
    expect([...answer.trailers]).toEqual([["grpc-status", "0"]]);
    expect(read(answer).messages).toEqual(["a"]);
  });

  it("answers an error before everything else with headers alone", async () => {
    const call = serverOf({});
    const stream = call("Echo", grpc);
    expect(stream.receiver).toBeUndefined();
    const answer = await stream.answer;
    expect(answer.trailers.size).toBe(0);
    expect(answer.headers.get("grpc-status")).toBe("12");
    expect(answer.body).toHaveLength(0);
  });

  it("says in gRPC that nothing is there, or that a path is not canonical", async () => {
    const call = serverOf({});
    expect((await call("Nope", grpc).answer).headers.get("grpc-status")).toBe("12");
    expect((await call("../x", grpc).answer).headers.get("grpc-status")).toBe("3");
  });

  it("refuses HTTP/1.1 by name", async () => {
    const call = fakeServer([implement(EchoService, { echo: (request) => request })]);
    const answer = await call({ headers: { "content-type": grpc }, httpVersion: "1.1" }).answer;
    expect(answer.status).toBe(505);
    expect(answer.text).toContain("gRPC needs HTTP/2");
  });

  it("refuses an unknown compression and an unknown codec, with what is accepted", async () => {
    const call = serverOf({ echo: (request) => request });
    const compressed = await call("Echo", grpc, undefined, { "grpc-encoding": "lzma" }).answer;
    expect(compressed.headers.get("grpc-status")).toBe("12");
    expect(compressed.headers.get("grpc-accept-encoding")).toBe("identity");
    const coded = await call("Echo", "application/grpc+thrift").answer;
    expect(coded.headers.get("grpc-message")).toContain(
      "application/grpc+proto, application/grpc+json",
    );
  });

  it("drops error details that do not fit a header, keeps code and message, and says so to the hook", async () => {
    const seen: unknown[] = [];
    const call = serverOf(
      {
        echo: () => {
          throw new RpcError("aborted", "too much", {
            details: [detail(Method, { name: "d".repeat(9000) })],
          });
        },
      },
      { onError: (error) => seen.push((error as Error).message) },
    );
    const answer = await call("Echo", grpc, enveloped([0, message("")])).answer;
    expect(read(answer)).toMatchObject({ code: "aborted", text: "too much" });
    expect(answer.headers.has("grpc-status-details-bin")).toBe(false);
    expect(seen).toEqual([expect.stringContaining("details")]);
  });

  it("refuses a compressed message that no header announced, and flags that mean nothing", async () => {
    const call = serverOf({ echo: (request) => request });
    for (const flags of [1, 2, 128]) {
      const answer = await call("Echo", grpc, enveloped([flags, message("")])).answer;
      expect(read(answer).code).toBe("internal");
    }
  });
});

it.each(["application/grpc-web", "application/grpc-web-text"])(
  "may rest between the messages of a stream of %s, and in none",
  (contentType) => {
    const call = serverOf({ collect: () => new Promise(() => {}) });
    const stream = call("Collect", contentType);
    expect(stream.receiver?.isResting?.()).toBe(true);
    const text = contentType.endsWith("text");
    const send = (base64: string) => stream.send(Buffer.from(base64, text ? "latin1" : "base64"));
    send("AAAAAAA=");
    expect(stream.receiver?.isResting?.()).toBe(true);
    send("AAAA");
    expect(stream.receiver?.isResting?.()).toBe(false);
  },
);

it("speaks gRPC-Web as text, in pieces of any size", async () => {
  const call = serverOf({ echo: (request) => request });
  const text = Buffer.from(enveloped([0, message("text")])).toString("base64");
  const stream = call("Echo", "application/grpc-web-text+proto");
  for (const char of text) stream.send(new TextEncoder().encode(char));
  stream.receiver?.end();
  const answer = await stream.answer;
  expect(answer.headers.get("content-type")).toBe("application/grpc-web-text+proto");
  const [first, last] = envelopesOf(Buffer.from(answer.text, "base64"));
  expect(Method.decode(first?.bytes as Uint8Array).name).toBe("text");
  expect(last).toMatchObject({ flags: 128, text: expect.stringContaining("grpc-status: 0") });
  const broken = await call("Echo", "application/grpc-web-text", new TextEncoder().encode("!!!!"))
    .answer;
  expect(broken.text).not.toBe("");
});

it("gives a handler that reads headers and values the same call as its gate", async () => {
  const calls: HandlerCall[] = [];
  const call = serverOf(
    {
      echo: (request, each) => {
        calls.push(each);
        return request;
      },
    },
    { gate: (each) => void calls.push(each) },
  );
  await call("Echo", "application/grpc", enveloped([0, message("")])).answer;
  expect(calls[0]).toBe(calls[1]);
  expect(calls[0]?.peer).toEqual({
    address: "10.0.0.9:5000",
    protocol: "grpc",
    httpVersion: "2",
    tls: undefined,
  });
});

/** 5 bytes each on the wire, and some hundred once they are decoded. */
const emptyMessages = (count: number) => new Uint8Array(5 * count);

it("decodes no more of one piece than its handler's queue holds, and the rest as that is taken", async () => {
  const codec = countingCodec();
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let taken = 0;
  const call = serverOf(
    {
      async collect(requests) {
        await begun;
        for await (const _ of requests) {
          taken++;
          expect(codec.decoded - taken).toBeLessThan(1_100);
        }
        return {};
      },
    },
    { codecs: [codec] },
  );
  const stream = call("Collect", "application/grpc");
  stream.send(emptyMessages(10_000));
  stream.receiver?.end();
  expect(stream.isPaused).toBe(true);
  const kept = codec.decoded;
  expect(kept).toBeGreaterThan(100);
  expect(kept).toBeLessThan(1_100);
  expect(stream.receiver?.partialBytes?.()).toBe(5 * (10_000 - kept));
  begin();
  expect((await stream.answer).trailers.get("grpc-status")).toBe("0");
  expect([taken, codec.decoded]).toEqual([10_000, 10_000]);
});

it("says of a request that is cut in what waited that it is, behind those that came whole", async () => {
  let taken = 0;
  const call = serverOf({
    async collect(requests) {
      for await (const _ of requests) taken++;
      return {};
    },
  });
  const stream = call("Collect", "application/grpc", emptyMessages(3_000).subarray(0, -1));
  const { trailers, headers } = await stream.answer;
  const message = trailers.get("grpc-message") ?? headers.get("grpc-message");
  expect(message).toMatch(/ended in the middle of a message, after 4 of the 5 bytes/);
  expect(taken).toBeGreaterThan(1_000);
});

it("drops what waits for a handler that left", async () => {
  const codec = countingCodec();
  const call = serverOf(
    {
      async collect(requests) {
        for await (const _ of requests) break;
        return {};
      },
    },
    { codecs: [codec] },
  );
  const stream = call("Collect", "application/grpc", emptyMessages(10_000));
  expect((await stream.answer).trailers.get("grpc-status")).toBe("0");
  expect(stream.receiver?.partialBytes?.()).toBe(0);
  expect(codec.decoded).toBeLessThan(1_100);
});
