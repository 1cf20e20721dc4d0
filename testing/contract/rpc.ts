/**
 * What every combination of protocol, codec and transport does, seen from a client and a handler: one suite over the
 * four kinds of methods. Long, as a list of cases is: they
 * share what sends and answers, and are read one by one.
 */
import { gzip } from "@bowline/node";
import {
  type Channel,
  type ChannelOptions,
  type Client,
  type Code,
  type Compression,
  createClient,
  detail,
  type ErrorDetail,
  type HandlerCall,
  type HandlerOptions,
  type Implementation,
  implement,
  Metadata,
  RpcError,
} from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { EchoService, Method } from "../../packages/rpc/src/fixtures/echo-service.js";

/** A server that is up, and the way to it. */
export interface ServedRpc {
  channel(options: ChannelOptions): Channel;
  close(): void | Promise<void>;
}

/** Bounds that the suite sets on a server. */
export interface ServedLimits {
  readonly receivedMessageBytes?: number;
}

/** How combinations differ by their transport. */
export interface RpcTraits {
  readonly protocols: readonly ("connect" | "grpc" | "grpc-web")[];
  readonly fullDuplex: boolean;
  /** Whether callers can send streams; otherwise those calls are refused by name. Default true. */
  readonly requestStreams?: boolean;
  /** Whether the platform decompresses answers to Connect's unary calls, and asks for what it can. Default false. */
  readonly platformDecompresses?: boolean;
}

type EchoClient = Client<(typeof EchoService)["methods"]>;

/** What a call failed with. */
async function failureOf(run: () => PromiseLike<unknown>): Promise<RpcError> {
  try {
    await run();
  } catch (error) {
    if (RpcError.is(error)) return error;
    throw error;
  }
  throw new Error("the call did not fail");
}

async function collect(responses: AsyncIterable<Method>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of responses) names.push(name);
  return names;
}

async function* named(...names: string[]) {
  for (const name of names) {
    await null;
    yield { name };
  }
}

/** One call of each kind, which the server answers as `x-do` in the headers says. */
const calls: {
  readonly [kind: string]: (
    client: EchoClient,
    headers: Record<string, string>,
    more?: { timeoutMs?: number; signal?: AbortSignal },
  ) => Promise<unknown>;
} = {
  unary: (client, headers, more) =>
    Promise.resolve(client.echo({ name: "a" }, { headers, ...more })),
  "server streaming": (client, headers, more) =>
    collect(client.watch({ name: "a", requestTypeUrl: "2" }, { headers, ...more })),
  "client streaming": (client, headers, more) =>
    Promise.resolve(client.collect(named("a", "b"), { headers, ...more })),
  bidi: (client, headers, more) => collect(client.chat(named("a", "b"), { headers, ...more })),
};
/** Those whose requests are one message. */
const wholeKinds = ["unary", "server streaming"];

/** What the handlers saw. */
interface Seen {
  readonly errors: unknown[];
  /** Reasons of aborted signals. */
  readonly aborts: unknown[];
  /** Told of each abort, and of each handler that waits. */
  wake: () => void;
  waiting: number;
  /** Messages that a flooding handler has yielded. */
  yielded: number;
  /** Lets a handler that does not read go on. */
  release: () => void;
}

/** Of a message that is sent again and again, until somebody has to wait. */
const pieceBytes = 16 * 1024;
/** More than may be on its way between a writer and a reader that waits. */
const tooMany = (64 * 1024 * 1024) / pieceBytes;

const unknownDetail: ErrorDetail = { typeName: "other.v1.Unknown", value: Uint8Array.of(8, 1) };

function echoHandlers(seen: Seen): Implementation {
  /** What `x-do` asks for, before the handler's own work. */
  const behave = async (call: HandlerCall): Promise<void> => {
    const order = call.requestHeaders.get("x-do");
    call.responseHeaders.set("x-seen", call.requestHeaders.get("x-tenant") ?? "none");
    call.responseHeaders.append("x-several", "1").append("x-several", "2");
    call.responseTrailers.set("x-end", "last");
    const bytes = call.requestHeaders.getBinary("x-data-bin");
    if (bytes !== undefined) call.responseTrailers.setBinary("x-data-bin", bytes);
    if (order === "throw") throw new Error("a secret of the server");
    if (order === "fail") {
      throw new RpcError("failed_precondition", "Füße nicht trocken: 100 %", {
        details: [detail(Method, { name: "the detail" }), unknownDetail],
        headers: new Metadata({ "x-error-header": "h" }),
        trailers: new Metadata({ "x-error-trailer": "t" }),
      });
    }
    if (order === "hang") await aborted(call, seen);
  };
  return implement(EchoService, {
    async echo(request, call) {
      await behave(call);
      return request;
    },
    async *watch({ name, requestTypeUrl }, call) {
      if (call.requestHeaders.get("x-do") === "flood") {
        yield* flood(name, call, seen);
        return;
      }
      if (call.requestHeaders.get("x-when") !== "late") await behave(call);
      for (let i = 0; i < Number(requestTypeUrl); i++) yield { name: `${name}${i}` };
      if (call.requestHeaders.get("x-when") === "late") await behave(call);
    },
    async collect(requests, call) {
      const order = call.requestHeaders.get("x-do");
      if (order === "early") return { name: "enough" };
      if (order === "dawdle") return { name: await dawdle(requests, seen) };
      const names: string[] = [];
      for await (const { name } of requests) names.push(name);
      await behave(call);
      return { name: names.join() };
    },
    async *chat(requests, call) {
      if (call.requestHeaders.get("x-when") !== "late") await behave(call);
      // Answers with more than waits for a reader, and is done with requests that go on.
      if (call.requestHeaders.get("x-do") === "leave") {
        for (let i = 0; i < 20; i++) yield { name: `${i}`.padEnd(5_000) };
        return;
      }
      for await (const { name } of requests) yield { name: `${name}!` };
      if (call.requestHeaders.get("x-when") === "late") await behave(call);
    },
    lookUp: ({ name }, call) => ({
      name,
      requestTypeUrl: `${call.timeRemainingMs() === undefined ? "no" : "a"} deadline`,
    }),
  });
}

/** Yields until nobody wants more. */
function* flood(name: string, { signal }: HandlerCall, seen: Seen) {
  try {
    while (seen.yielded < tooMany && !signal.aborted) {
      seen.yielded++;
      yield { name };
    }
  } finally {
    seen.aborts.push(signal.reason);
    seen.wake();
  }
}

/** Waits for the test before a request is read, and counts them. */
async function dawdle(requests: AsyncIterable<Method>, seen: Seen): Promise<string> {
  seen.waiting++;
  const released = new Promise<void>((resolve) => {
    seen.release = resolve;
  });
  seen.wake();
  await released;
  let count = 0;
  for await (const { name } of requests) if (name.length === pieceBytes) count++;
  return String(count);
}

/** Waits until nobody waits for the handler any more. */
async function aborted({ signal }: HandlerCall, seen: Seen): Promise<never> {
  seen.waiting++;
  seen.wake();
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }
  seen.aborts.push(signal.reason);
  seen.wake();
  throw signal.reason;
}

/** Runs the suite. `serveRpc` serves the services, with a channel that has the options. */
export function describeRpc(
  name: string,
  traits: RpcTraits,
  serveRpc: (
    services: readonly Implementation[],
    options: HandlerOptions,
    limits: ServedLimits,
  ) => ServedRpc | Promise<ServedRpc>,
): void {
  const requestStreams = traits.requestStreams ?? true;
  const kinds = requestStreams ? Object.keys(calls) : wholeKinds;
  const runs = kinds.map((kind) => calls[kind] as NonNullable<(typeof calls)[string]>);
  const codecs = [
    ["binary", undefined],
    ["JSON", jsonCodec],
  ] as const;
  const combinations = traits.protocols.flatMap((protocol) =>
    codecs.map(([form, codec]) => [protocol, form, codec] as const),
  );
  describe.each(combinations)(`${name}: %s, %s`, (protocol, _, codec) => {
    /** Whether answers to unary calls come decompressed. */
    const isDecompressed = protocol === "connect" && traits.platformDecompresses === true;
    /** A case whose caller sends a stream. */
    const itSendingStreams = (caseName: string, run: () => Promise<void>): void => {
      if (requestStreams) it(caseName, run);
    };
    const seen: Seen = {
      errors: [],
      aborts: [],
      wake: () => {},
      waiting: 0,
      yielded: 0,
      release: () => {},
    };
    let served: ServedRpc;
    let channel: Channel;
    let client: EchoClient;

    const options = (more: ChannelOptions = {}): ChannelOptions => ({
      protocol,
      ...(codec === undefined ? {} : { codec }),
      ...more,
    });
    const clientOf = (through: Channel) => createClient(EchoService, through);

    beforeAll(async () => {
      served = await serveRpc(
        [echoHandlers(seen)],
        {
          onError: (error) => seen.errors.push(error),
          compression: { algorithms: [gzip()], minBytes: 0 },
        },
        {},
      );
      channel = served.channel(options());
      client = clientOf(channel);
    });
    afterAll(async () => {
      await channel.close();
      await served.close();
    });
    beforeEach(() => {
      seen.errors.length = 0;
      seen.aborts.length = 0;
      seen.waiting = 0;
      seen.yielded = 0;
    });

    /** Waits until a count stands still over many calls there and back. */
    async function settled(count: () => number): Promise<number> {
      for (let quiet = 0, last = -1; quiet < 30; quiet++) {
        if (count() !== last) quiet = 0;
        last = count();
        await client.echo({ name: "and back" });
      }
      return count();
    }

    /** Waits for what handlers do. */
    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          seen.wake = resolve;
        });
      }
    }

    /** Time stands still, but for what is made to pass. */
    async function whileTimePasses(run: (pass: (ms: number) => void) => Promise<void>) {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      try {
        await run((ms) => vi.advanceTimersByTime(ms));
      } finally {
        // What is cleared away a little later.
        vi.advanceTimersByTime(1_000);
        vi.useRealTimers();
      }
    }

    /** Another server with a limit, for one test. */
    async function withServer<T>(
      limits: ServedLimits,
      channelOptions: ChannelOptions,
      run: (client: EchoClient) => Promise<T>,
    ): Promise<T> {
      const other = await serveRpc(
        [echoHandlers(seen)],
        { compression: { algorithms: [gzip()], minBytes: 0 } },
        limits,
      );
      const through = other.channel(options(channelOptions));
      try {
        return await run(clientOf(through));
      } finally {
        await through.close();
        await other.close();
      }
    }

    /** The size of a message whose name has that many letters. */
    function sizeOf(letters: number): number {
      if (codec === undefined) return Method.encode({ name: "x".repeat(letters) }).length;
      return JSON.stringify({ name: "x".repeat(letters) }).length;
    }

    describe("messages", () => {
      it("arrive, in all four kinds", async () => {
        expect((await client.echo({ name: "Ada" })).name).toBe("Ada");
        expect(await collect(client.watch({ name: "n", requestTypeUrl: "3" }))).toEqual([
          "n0",
          "n1",
          "n2",
        ]);
        if (!requestStreams) return;
        expect((await client.collect(named("a", "b", "c"))).name).toBe("a,b,c");
        expect(await collect(client.chat(named("a", "b")))).toEqual(["a!", "b!"]);
      });

      it("may be none, and may be empty", async () => {
        expect((await client.echo({})).name).toBe("");
        expect(await collect(client.watch({ requestTypeUrl: "0" }))).toEqual([]);
        if (!requestStreams) return;
        expect((await client.collect([])).name).toBe("");
        expect((await client.collect([{}, {}])).name).toBe(",");
        expect(await collect(client.chat([]))).toEqual([]);
        expect(await collect(client.chat([{}, {}]))).toEqual(["!", "!"]);
      });

      it("may be large, and many", async () => {
        const large = "lorem ipsum ".repeat(60_000);
        expect((await client.echo({ name: large })).name === large).toBe(true);
        const [first] = await collect(client.watch({ name: large, requestTypeUrl: "1" }));
        expect(first === `${large}0`).toBe(true);
        const many = await collect(client.watch({ name: "n", requestTypeUrl: "2000" }));
        expect(many).toEqual(Array.from({ length: 2000 }, (_, i) => `n${i}`));
        if (!requestStreams) return;
        const joined = (await client.collect(named(large, large))).name;
        expect(joined === `${large},${large}`).toBe(true);
        const texts = await collect(client.chat(named(large, "small", large)));
        expect(texts.map((each) => each.length)).toEqual([large.length + 1, 6, large.length + 1]);
      });

      itSendingStreams("are sent by hand, and read as they come", async () => {
        const summing = client.collect();
        await summing.send({ name: "a" });
        await summing.send({ name: "b" });
        summing.closeSend();
        expect((await summing).name).toBe("a,b");
        const chat = client.chat();
        const names: string[] = [];
        if (traits.fullDuplex) {
          const iterator = chat[Symbol.asyncIterator]();
          for (const name of ["a", "b", "c"]) {
            await chat.send({ name });
            names.push((await iterator.next()).value?.name ?? "none");
          }
          chat.closeSend();
          expect((await iterator.next()).done).toBe(true);
        } else {
          for (const name of ["a", "b", "c"]) await chat.send({ name });
          chat.closeSend();
          names.push(...(await collect(chat)));
        }
        expect(names).toEqual(["a!", "b!", "c!"]);
      });

      it("of many calls at once stay apart", async () => {
        const all = Array.from({ length: 40 }, async (_, i) => {
          const [one, watched, summed, chatted] = await Promise.all([
            client.echo({ name: `e${i}` }),
            collect(client.watch({ name: `w${i}-`, requestTypeUrl: "2" })),
            requestStreams ? client.collect(named(`c${i}`, "x")) : { name: `c${i},x` },
            requestStreams ? collect(client.chat(named(`b${i}`, "y"))) : [`b${i}!`, "y!"],
          ]);
          return [one.name, ...watched, summed.name, ...chatted];
        });
        for (const [i, texts] of (await Promise.all(all)).entries()) {
          expect(texts).toEqual([`e${i}`, `w${i}-0`, `w${i}-1`, `c${i},x`, `b${i}!`, "y!"]);
        }
      });

      itSendingStreams(
        "of a handler that answers before it has read everything arrive",
        async () => {
          const headers = { "x-do": "early" };
          expect((await client.collect(named("a", "b", "c"), { headers })).name).toBe("enough");
          const byHand = client.collect(undefined, { headers });
          if (traits.fullDuplex) expect((await byHand).name).toBe("enough");
          else byHand.closeSend();
          expect((await byHand).name).toBe("enough");
        },
      );
    });

    it.runIf(traits.fullDuplex)(
      "all of an answer arrives at a slow reader who still sends when it is complete",
      async () => {
        let isRead = false;
        async function* requests() {
          while (!isRead) {
            yield { name: "more" };
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
        }
        const names: number[] = [];
        for await (const { name } of client.chat(requests(), { headers: { "x-do": "leave" } })) {
          names.push(Number(name));
          // The server has told by then that it reads no more.
          if (names.length === 1) await new Promise((resolve) => setTimeout(resolve, 100));
        }
        isRead = true;
        expect(names).toEqual(Array.from({ length: 20 }, (_, i) => i));
      },
    );

    describe("metadata", () => {
      it.each(kinds)("goes both ways, in %s", async (kind) => {
        const headers = { "x-tenant": "a, b", "x-data-bin": "AAEC/w" };
        const metadataCalls = {
          unary: () => client.echo({ name: "a" }, { headers }),
          "server streaming": () => client.watch({ requestTypeUrl: "1" }, { headers }),
          "client streaming": () => client.collect(named("a"), { headers }),
          bidi: () => client.chat(named("a"), { headers }),
        };
        const call = metadataCalls[kind as keyof typeof metadataCalls]();
        if ("then" in call) await call;
        else await collect(call);
        const received = await call.headers;
        const trailers = await call.trailers;
        expect(received.get("x-seen")).toBe("a, b");
        expect(received.get("x-several")).toBe("1, 2");
        expect(trailers.get("x-end")).toBe("last");
        expect(trailers.getBinary("x-data-bin")).toEqual(Uint8Array.of(0, 1, 2, 255));
        expect(received.has("x-end")).toBe(false);
      });
    });

    describe("an error", () => {
      function expectWhole(error: RpcError): void {
        expect(error.code).toBe("failed_precondition");
        expect(error.rawMessage).toBe("Füße nicht trocken: 100 %");
        expect(error.origin).toBe("wire");
        expect(error.details(Method).map((each) => each.name)).toEqual(["the detail"]);
        expect(error.rawDetails).toHaveLength(2);
        expect(error.rawDetails[1]?.typeName).toBe("other.v1.Unknown");
        expect([...(error.rawDetails[1]?.value ?? [])]).toEqual([8, 1]);
        const fields = new Map([...(error.headers ?? []), ...(error.trailers ?? [])]);
        expect(fields.get("x-error-header")).toBe("h");
        expect(fields.get("x-error-trailer")).toBe("t");
        expect(fields.get("x-end")).toBe("last");
      }

      it.each(kinds)("arrives whole, with details and metadata, in %s", async (kind) => {
        const run = calls[kind] as NonNullable<(typeof calls)[string]>;
        expectWhole(await failureOf(() => run(client, { "x-do": "fail" })));
      });

      it("arrives behind the messages before it", async () => {
        const headers = { "x-do": "fail", "x-when": "late" };
        for (const responses of [
          client.watch({ name: "n", requestTypeUrl: "2" }, { headers }),
          ...(requestStreams ? [client.chat(named("n0", "n1"), { headers })] : []),
        ]) {
          const names: string[] = [];
          const error = await failureOf(async () => {
            for await (const each of responses) names.push(each.name.slice(0, 2));
          });
          expect(names).toEqual(["n0", "n1"]);
          expect(error.code).toBe("failed_precondition");
          expect(error.details(Method)).toHaveLength(1);
        }
      });

      it.each(kinds)("that is none of ours stays on the server, in %s", async (kind) => {
        const run = calls[kind] as NonNullable<(typeof calls)[string]>;
        const error = await failureOf(() => run(client, { "x-do": "throw" }));
        expect(error.code).toBe("internal");
        expect(error.message).not.toContain("secret");
        expect(seen.errors).toMatchObject([{ message: "a secret of the server" }]);
      });

      it("says that a method has no handler", async () => {
        const error = await failureOf(() => client.other({}));
        expect(error.code).toBe("unimplemented");
      });
    });

    describe("a deadline", () => {
      it.each(kinds)("ends the call at both ends, in %s", async (kind) => {
        const run = calls[kind] as NonNullable<(typeof calls)[string]>;
        await whileTimePasses(async (pass) => {
          const failing = failureOf(() => run(client, { "x-do": "hang" }, { timeoutMs: 30_000 }));
          // Earlier, and a call may be over before it has reached its handler.
          await until(() => seen.waiting === 1);
          pass(30_000);
          expect((await failing).code).toBe("deadline_exceeded");
          await until(() => seen.aborts.length === 1);
        });
        // Whoever looks at its clock first: the server, or the client that then gives up.
        const [reason] = seen.aborts as [RpcError];
        expect(["deadline_exceeded", "canceled"] satisfies Code[]).toContain(reason.code);
        expect((await client.echo({ name: "next" })).name).toBe("next");
      });
    });

    describe("a caller that gives up", () => {
      it.each(kinds)("ends the call at both ends, in %s", async (kind) => {
        const run = calls[kind] as NonNullable<(typeof calls)[string]>;
        const controller = new AbortController();
        const failing = failureOf(() =>
          run(client, { "x-do": "hang" }, { signal: controller.signal }),
        );
        await until(() => seen.waiting === 1);
        controller.abort();
        expect((await failing).code).toBe("canceled");
        await until(() => seen.aborts.length === 1);
        expect(seen.aborts).toMatchObject([{ code: "canceled" }]);
        expect((await client.echo({ name: "next" })).name).toBe("next");
      });

      it("by leaving the loop over the responses ends the call at both ends", async () => {
        const headers = { "x-do": "hang", "x-when": "late" };
        for await (const { name } of client.watch(
          { name: "n", requestTypeUrl: "2" },
          { headers },
        )) {
          if (name === "n1") break;
        }
        await until(() => seen.aborts.length === 1);
        expect(seen.aborts).toMatchObject([{ code: "canceled" }]);
      });
    });

    describe("a reader that waits", () => {
      const name = "x".repeat(pieceBytes);

      it("makes the handler wait, which ends when the reader leaves", async () => {
        const responses = client.watch({ name }, { headers: { "x-do": "flood" } });
        for await (const each of responses) {
          expect(each.name.length).toBe(pieceBytes);
          const yielded = await settled(() => seen.yielded);
          expect(yielded).toBeLessThan(tooMany);
          break;
        }
        await until(() => seen.aborts.length === 1);
        expect(seen.yielded).toBeLessThan(tooMany);
      });

      itSendingStreams("on the server makes the caller wait, until it reads", async () => {
        let sent = 0;
        let stop = tooMany;
        function* requests() {
          while (sent < stop) {
            sent++;
            yield { name };
          }
        }
        const call = client.collect(requests(), { headers: { "x-do": "dawdle" } });
        await until(() => seen.waiting === 1);
        const held = await settled(() => sent);
        expect(held).toBeLessThan(tooMany);
        stop = sent + 10;
        seen.release();
        expect((await call).name).toBe(String(held + 10));
      });
    });

    describe("a call of a handler", () => {
      it("has the handler's deadline, and ends with the handler's call", async () => {
        const controller = new AbortController();
        const parent = { signal: controller.signal, timeRemainingMs: () => 10_000 };
        expect((await client.lookUp({}, { parent })).requestTypeUrl).toBe("a deadline");
        expect((await client.lookUp({})).requestTypeUrl).toBe("no deadline");
        const headers = { "x-do": "hang" };
        const failing = failureOf(() => client.echo({}, { parent, headers }));
        await until(() => seen.waiting === 1);
        controller.abort();
        expect((await failing).code).toBe("canceled");
        await until(() => seen.aborts.length === 1);
        const late = { signal: new AbortController().signal, timeRemainingMs: () => 60 };
        const error = await failureOf(() => client.echo({}, { parent: late, headers }));
        expect(error.code).toBe("deadline_exceeded");
      });
    });

    if (protocol === "connect") {
      it("calls a method without side effects by GET where that is asked for", async () => {
        const through = served.channel(options({ useHttpGet: true }));
        for (const length of [0, 10, 5_000, 20_000]) {
          const sent = "ü/?&=+ %".repeat(length / 8);
          expect((await clientOf(through).lookUp({ name: sent })).name).toBe(sent);
        }
        const large = await failureOf(() =>
          clientOf(through).lookUp({ name: "x".repeat(200) }, { receivedMessageBytes: 100 }),
        );
        expect(large.code).toBe("resource_exhausted");
        await through.close();
      });
    }

    if (!requestStreams) {
      it("refuses to send a stream, by name, before anything is sent or read of it", async () => {
        let asked = 0;
        function* requests() {
          asked++;
          yield { name: "a" };
        }
        const refused = {
          code: "unimplemented",
          reason: "BOWLINE_REQUEST_STREAM",
          origin: "local",
          message: expect.stringContaining("@bowline/node"),
        };
        expect(await failureOf(() => client.collect(requests()))).toMatchObject(refused);
        expect(await failureOf(() => collect(client.chat(requests())))).toMatchObject(refused);
        const byHand = client.collect();
        expect(await failureOf(() => byHand.send({ name: "a" }))).toMatchObject(refused);
        expect(asked).toBe(0);
      });
    }

    if (!traits.fullDuplex && requestStreams) {
      it("refuses to read from a bidi call before it has sent everything, by name", async () => {
        const chat = client.chat();
        await chat.send({ name: "a" });
        const error = await failureOf(() => chat[Symbol.asyncIterator]().next());
        expect(error).toMatchObject({
          code: "unimplemented",
          reason: "BOWLINE_HTTP_VERSION",
          origin: "local",
        });
      });
    }

    describe("the limit of a received message", () => {
      const letters = 100;
      const exhausted = { code: "resource_exhausted" };

      it.each([undefined, gzip()])(
        "holds on the server at limit - 1, limit and limit + 1, compressed too (%#)",
        async (send) => {
          const compression = send === undefined ? {} : { compression: { send, minBytes: 0 } };
          await withServer(
            { receivedMessageBytes: sizeOf(letters) },
            compression,
            async (limited) => {
              const names = (size: number) => named("x", "x".repeat(size));
              for (const size of [letters - 1, letters]) {
                const name = "x".repeat(size);
                expect((await limited.echo({ name })).name).toBe(name);
                expect(await collect(limited.watch({ name }))).toEqual([]);
                if (!requestStreams) continue;
                expect((await limited.collect(names(size))).name).toBe(`x,${name}`);
                expect(await collect(limited.chat(names(size)))).toEqual(["x!", `${name}!`]);
              }
              const name = "x".repeat(letters + 1);
              for (const run of [
                () => limited.echo({ name }),
                () => collect(limited.watch({ name })),
                () => limited.collect(names(letters + 1)),
                () => collect(limited.chat(names(letters + 1))),
              ].slice(0, kinds.length)) {
                expect(await failureOf(run)).toMatchObject({ ...exhausted, origin: "wire" });
              }
            },
          );
        },
      );

      it.each([undefined, gzip()])(
        "holds on the client at limit - 1, limit and limit + 1, compressed too (%#)",
        async (accepted) => {
          const compressed: ChannelOptions =
            accepted === undefined ? {} : { compression: { accept: [accepted] } };
          const through = served.channel(
            options({ ...compressed, receivedMessageBytes: sizeOf(letters) }),
          );
          const limited = clientOf(through);
          for (const size of [letters - 1, letters]) {
            const name = "x".repeat(size);
            const shorter = name.slice(1);
            expect((await limited.echo({ name })).name).toBe(name);
            expect(await collect(limited.watch({ name: shorter, requestTypeUrl: "2" }))).toEqual([
              `${shorter}0`,
              `${shorter}1`,
            ]);
            if (!requestStreams) continue;
            expect((await limited.collect(named(name))).name).toBe(name);
            expect(await collect(limited.chat(named(shorter)))).toEqual([`${shorter}!`]);
          }
          const name = "x".repeat(letters + 1);
          for (const run of [
            () => limited.echo({ name }),
            () => collect(limited.watch({ name: name.slice(1), requestTypeUrl: "2" })),
            () => limited.collect(named(name)),
            () => collect(limited.chat(named(name.slice(1)))),
          ].slice(0, kinds.length)) {
            expect(await failureOf(run)).toMatchObject({ ...exhausted, origin: "local" });
          }
          // A call may raise it.
          const raised = { receivedMessageBytes: sizeOf(letters) + 1 };
          expect((await limited.echo({ name }, raised)).name).toBe(name);
          await through.close();
        },
      );
    });

    describe("compression", () => {
      it("is used both ways, by every kind of method", async () => {
        const used: string[] = [];
        const counting = (label: string): Compression => {
          const { name, compress, decompress } = gzip();
          return {
            name,
            compress: (bytes) => {
              used.push(`${label} compress`);
              return compress(bytes);
            },
            decompress: (bytes, sink) => {
              used.push(`${label} decompress`);
              return decompress(bytes, sink);
            },
          };
        };
        const server = await serveRpc(
          [echoHandlers(seen)],
          { compression: { algorithms: [counting("server")], minBytes: 0 } },
          {},
        );
        const send = counting("client");
        const through = server.channel(options({ compression: { send, minBytes: 0 } }));
        const compressing = clientOf(through);
        const expectUsed = (requests: number, responses: number, read = responses) => {
          expect(used.filter((each) => each === "client compress")).toHaveLength(requests);
          expect(used.filter((each) => each === "server decompress")).toHaveLength(requests);
          expect(used.filter((each) => each === "server compress")).toHaveLength(responses);
          expect(used.filter((each) => each === "client decompress")).toHaveLength(read);
          used.length = 0;
        };
        expect((await compressing.echo({ name: "a" })).name).toBe("a");
        expectUsed(1, 1, isDecompressed ? 0 : 1);
        expect(await collect(compressing.watch({ name: "a", requestTypeUrl: "2" }))).toHaveLength(
          2,
        );
        expectUsed(1, 2);
        if (requestStreams) {
          expect((await compressing.collect(named("a", "b"))).name).toBe("a,b");
          expectUsed(2, 1);
          expect(await collect(compressing.chat(named("a", "b")))).toEqual(["a!", "b!"]);
          expectUsed(2, 2);
        }
        await through.close();
        await server.close();
      });

      it("that the server does not know is refused, with what it knows", async () => {
        const unknown: Compression = { ...gzip(), name: "x-unknown" };
        const through = served.channel(options({ compression: { send: unknown, minBytes: 0 } }));
        for (const run of runs) {
          const error = await failureOf(() => run(clientOf(through), {}));
          expect(error.code).toBe("unimplemented");
          expect(error.message).toContain("gzip");
        }
        await through.close();
      });

      it("of data that is not in the format fails, by whose data it is", async () => {
        const garbling: Compression = {
          name: "gzip",
          compress: () => Uint8Array.of(1, 2, 3),
          decompress: () => {
            throw new Error("not readable");
          },
        };
        const through = served.channel(options({ compression: { send: garbling, minBytes: 0 } }));
        for (const run of runs) {
          const error = await failureOf(() => run(clientOf(through), {}));
          expect(error.code).toBe(protocol === "connect" ? "invalid_argument" : "internal");
          expect(error.origin).toBe("wire");
        }
        await through.close();
        const reading = served.channel(options({ compression: { accept: [garbling] } }));
        for (const run of isDecompressed ? runs.slice(1) : runs) {
          const error = await failureOf(() => run(clientOf(reading), {}));
          expect(error).toMatchObject({ code: "internal", origin: "local" });
        }
        await reading.close();
      });
    });
  });
}
