import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isCode } from "../code.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { fakeCompression, pack } from "../fixtures/fake-compression.js";
import { envelope, type FakeClientStream, FakeTransport } from "../fixtures/fake-transport.js";
import type { Interceptor } from "../interceptor.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { createTransportChannel } from "./channel.js";
import { createClient } from "./create-client.js";

const protocols = ["connect", "grpc", "grpc-web"] as const;
const kinds = ["echo", "watch", "collect", "chat"] as const;
const types = {
  connect: "application/connect+proto",
  grpc: "application/grpc+proto",
  "grpc-web": "application/grpc-web+proto",
};
const encodings = ["grpc-encoding", "zip", "connect-content-encoding", "zip"];
const message = Method.encode({ name: "a" });
const ends = {
  connect: envelope(2, "{}"),
  grpc: new Uint8Array(),
  "grpc-web": envelope(0x80, "grpc-status: 0\r\n"),
};

type Step =
  | { readonly do: "head"; readonly status: number; readonly fits: boolean }
  | { readonly do: "message" | "packed" | "end-message" | "end" | "bad-end" | "drain" | "fill" }
  | { readonly do: "garbage"; readonly bytes: Uint8Array }
  | { readonly do: "interrupt"; readonly kind: "lost" | "canceled" | "refused" | "malformed" }
  | { readonly do: "send" | "bad-send" | "close" | "cancel" | "read" | "leave" | "turn" };

const plain = (...names: Step["do"][]) => fc.constantFrom(...names.map((name) => ({ do: name })));
const step = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ do: "head", status: 200, fits: true }) },
  fc.record({
    do: fc.constant("head"),
    status: fc.constantFrom(200, 404, 503),
    fits: fc.boolean(),
  }),
  { weight: 6, arbitrary: plain("message", "packed", "end-message", "end", "bad-end") },
  { weight: 8, arbitrary: plain("send", "close", "read", "turn", "drain", "fill") },
  { weight: 2, arbitrary: plain("bad-send", "cancel", "leave") },
  fc.record({ do: fc.constant("garbage"), bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
  fc.record({
    do: fc.constant("interrupt"),
    kind: fc.constantFrom("lost", "canceled", "refused", "malformed"),
  }),
) as fc.Arbitrary<Step>;

const reports: unknown[] = [];
let others: NodeJS.UnhandledRejectionListener[] = [];
beforeAll(() => {
  others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => reports.push(reason));
});
afterAll(() => {
  process.removeAllListeners("unhandledRejection");
  for (const listener of others) process.on("unhandledRejection", listener);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a transport may still deliver. */
class Wire {
  readonly stream: FakeClientStream;
  readonly #protocol: (typeof protocols)[number];
  #hasHead = false;
  isOver = false;

  constructor(stream: FakeClientStream, protocol: (typeof protocols)[number]) {
    this.stream = stream;
    this.#protocol = protocol;
  }

  /** Whether the step was one for the wire. */
  take(step: Step): void {
    const { stream } = this;
    if (stream.wasReset || this.isOver) return;
    if (step.do === "fill") stream.hasRoom = false;
    else if (step.do === "drain") stream.drain();
    else if (step.do === "interrupt") {
      this.isOver = true;
      stream.receiver.interrupted({ kind: step.kind, message: "what happened" });
    } else if (step.do === "head") this.#head(step.status, step.fits);
    else if (this.#hasHead) this.#body(step);
  }

  #head(status: number, fits: boolean): void {
    if (this.#hasHead) return;
    this.#hasHead = true;
    const type = fits ? types[this.#protocol] : "application/proto";
    const fields = ["content-type", type, ...(fits ? encodings : [])];
    this.stream.receiver.head(status, Metadata.fromWire(fields));
  }

  #body(step: Step): void {
    const { stream } = this;
    if (step.do === "message") stream.data(envelope(0, message));
    else if (step.do === "packed") stream.data(envelope(1, pack(message)));
    else if (step.do === "end-message") stream.data(ends[this.#protocol]);
    else if (step.do === "garbage") stream.data(step.bytes);
    else if (step.do === "end" || step.do === "bad-end") {
      this.isOver = true;
      const trailers = step.do === "end" ? ["grpc-status", "0"] : [];
      stream.receiver.end(Metadata.fromWire(trailers));
    }
  }
}

it("settles every call once, with a message or an RpcError, whatever comes in whatever order", async () => {
  const outcomes = new Map<string, number>();
  const count = (what: string) => outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
  const property = fc.asyncProperty(
    fc.constantFrom(...protocols),
    fc.constantFrom(...kinds),
    fc.boolean(),
    fc.boolean(),
    fc.array(step, { maxLength: 14 }),
    async (protocol, kind, asynchronous, intercepted, steps) => {
      const transport = new FakeTransport("2");
      const send = fakeCompression("zip", { asynchronous });
      const interceptors: Interceptor[] = intercepted ? [(next) => (call) => next(call)] : [];
      const options = { protocol, compression: { send, minBytes: 3 }, interceptors };
      const channel = createTransportChannel("http://greeter:80", transport, options);
      const client = createClient(EchoService, channel);
      const isSending = kind === "collect" || kind === "chat";
      const call = isSending ? client[kind]() : client[kind]({});
      const sending = isSending ? (call as ReturnType<typeof client.chat>) : undefined;
      const response = "then" in call ? call.then(() => "ok", codeOf) : undefined;
      await turn();
      const wire = new Wire(transport.last, protocol);
      const iterator = Symbol.asyncIterator in call ? call[Symbol.asyncIterator]() : undefined;
      const settled: Promise<unknown>[] = [];
      const note = (promise: Promise<unknown>) => settled.push(promise.then(() => "ok", codeOf));
      for (const each of steps) {
        if (each.do === "turn") await turn();
        else if (each.do === "cancel") call.cancel();
        else if (each.do === "read") iterator && note(iterator.next());
        else if (each.do === "leave") iterator && note(iterator.return?.() as Promise<unknown>);
        else if (sending === undefined) wire.take(each);
        else if (each.do === "send") note(sending.send({ name: "abc" }));
        else if (each.do === "bad-send") note(sending.send({ nmae: 1 } as never));
        else if (each.do === "close") sending.closeSend();
        else wire.take(each);
      }
      wire.take({ do: "interrupt", kind: "lost" });
      const read = iterator && drained(iterator).then(() => "ok", codeOf);
      count((await (response ?? read)) as string);
      await call.headers.catch(codeOf);
      await call.trailers.catch(codeOf);
      for (const each of settled) count(`part ${await each}`);
      await channel.close();
      expect(wire.isOver || transport.last.wasReset).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 6000, seed: 7 });
  await turn();
  expect(reports).toEqual([]);
  // The test is worth something only if all of this happened.
  for (const what of ["ok", "unavailable", "canceled", "internal", "invalid_argument"]) {
    expect(outcomes.get(what), what).toBeGreaterThan(100);
  }
}, 60_000);

async function drained(iterator: AsyncIterator<unknown>): Promise<void> {
  while ((await iterator.next()).done !== true);
}

function codeOf(error: unknown): string {
  if (!RpcError.is(error) || !isCode(error.code)) throw error;
  return error.code;
}
