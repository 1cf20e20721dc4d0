import { type ClientHttp2Stream, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createClient, implement, RpcError } from "@bowline/rpc";
import { type ServerStreamingMethod, type ServiceType, serviceType } from "@bowline/rpc/codegen/v1";
import { afterEach, describe, expect, it } from "vitest";
import { createChannel, type NodeChannelOptions } from "./channel.js";
import { EchoService, echoService, Method } from "./fixtures/echo-service.js";
import { answerOf, type Http2Answer, Http2Peer } from "./fixtures/http2-peer.js";
import { RawConnection, rawRequest } from "./fixtures/raw-connection.js";
import { eventually } from "./fixtures/transport-server.js";
import { chosenEngine } from "./http2/engine.js";
import { poolOf } from "./process-memory.js";
import { serve } from "./serve.js";
import type { ServerLimits } from "./server-limits.js";

const ManyService: ServiceType<{ many: ServerStreamingMethod<typeof Method, typeof Method> }> =
  serviceType(undefined as never, 0, "test.v1.ManyService", {
    many: {
      kind: "server_streaming",
      name: "Many",
      input: Method,
      output: Method,
      idempotency: "unknown",
    },
  });

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(limits: ServerLimits, services = [echoService()]) {
  const server = await serve({ port: 0, services, signals: false, limits });
  open.push(() => server.stop({ graceMs: 0 }));
  return server;
}

function connect(port: number): Http2Peer {
  const peer = new Http2Peer(port);
  open.push(() => peer.session.destroy());
  return peer;
}

/** A message of the echo service so long, in its envelope. */
function envelope(length: number): Buffer {
  const name = "n".repeat(length);
  const message = Method.encode({ name });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

interface Begun {
  readonly stream: ClientHttp2Stream;
  readonly answer: Promise<Http2Answer>;
  readonly rest: Buffer;
  isOver: boolean;
}

/** Begins a call and sends so much of its message. */
function begin(peer: Http2Peer, message: Buffer, bytes: number): Begun {
  const headers = {
    ":path": "/test.v1.EchoService/Echo",
    "content-type": "application/grpc+proto",
    te: "trailers",
  };
  const stream = peer.open(headers);
  const begun = {
    stream,
    answer: answerOf(stream),
    rest: message.subarray(5 + bytes),
    isOver: false,
  };
  stream.on("close", () => {
    begun.isOver = true;
  });
  stream.write(message.subarray(0, 5 + bytes));
  return begun;
}

const statusOf = ({ headers, trailers }: Http2Answer) => (trailers ?? headers)["grpc-status"];

/** A limit that no other test has, so that it is an account of its own. */
let nextLimit = 3_000;
const ownLimit = () => nextLimit++;

describe.runIf(chosenEngine() === "bowline")(
  "over HTTP/2, messages of which a part has come",
  () => {
    const limit = 100_000;
    it.each([
      [limit - 1, false],
      [limit, false],
      [limit + 1, true],
    ])(
      "may be %i bytes a connection of 100,000; past it the largest ends, the others go on",
      async (size, ends) => {
        for (const partialMessageBytes of [limit, Infinity]) {
          const processPartialMessageBytes = 1e9 + ownLimit();
          const pool = poolOf(processPartialMessageBytes);
          const server = await start({ partialMessageBytes, processPartialMessageBytes });
          const peer = connect(server.port);
          const message = envelope(70_000);
          const large = begin(peer, message, 60_000);
          await eventually(() => pool.used === 60_000);
          const small = begin(peer, message, size - 60_000);
          const isEnded = ends && partialMessageBytes === limit;
          await eventually(() => pool.used === (isEnded ? size - 60_000 : size));
          // The rest of the large one is whole in one frame, and so never waits.
          if (!isEnded) large.stream.end(large.rest);
          expect(statusOf(await large.answer)).toBe(isEnded ? "8" : "0");
          small.stream.end(small.rest);
          expect(statusOf(await small.answer)).toBe("0");
        }
      },
    );

    it("are bounded over all connections of a process", async () => {
      const script = async (processPartialMessageBytes: number) => {
        const server = await start({ processPartialMessageBytes });
        const message = envelope(10_000);
        const large = begin(connect(server.port), message, 2_000);
        await eventually(() => server.describe().streams === 1);
        const pool = poolOf(processPartialMessageBytes);
        const before = pool.used;
        const small = begin(connect(server.port), message, 1_500);
        await eventually(() => pool.used !== before);
        const used = pool.used;
        if (!large.isOver) large.stream.end(large.rest);
        small.stream.end(small.rest);
        const statuses = [statusOf(await large.answer), statusOf(await small.answer)];
        await eventually(() => pool.used === 0);
        return { used, statuses };
      };
      expect(await script(ownLimit())).toEqual({ used: 1_500, statuses: ["8", "0"] });
      expect(await script(1e9 + ownLimit())).toEqual({ used: 3_500, statuses: ["0", "0"] });
    });

    it.each(["application/grpc+proto", "application/grpc-web+proto", "application/proto"])(
      "are those, too, that came whole without the end of their request: %s",
      async (type) => {
        const processPartialMessageBytes = 1e9 + ownLimit();
        const pool = poolOf(processPartialMessageBytes);
        const server = await start({ partialMessageBytes: 10_000, processPartialMessageBytes });
        const peer = connect(server.port);
        const enveloped = envelope(6_000);
        const whole = type === "application/proto" ? enveloped.subarray(5) : enveloped;
        const size = enveloped.length - 5;
        const headers = {
          ":path": "/test.v1.EchoService/Echo",
          "content-type": type,
          "content-length": String(whole.length),
        };
        const first = peer.open(headers);
        const answers = [answerOf(first)];
        first.write(whole);
        await eventually(() => pool.used === size);
        const second = peer.open(headers);
        answers.push(answerOf(second));
        second.write(whole);
        // One of them is ended.
        await Promise.race(answers);
        expect(pool.used).toBe(size);
        for (const stream of [first, second]) if (!stream.destroyed) stream.end();
        await Promise.all(answers);
        await eventually(() => pool.used === 0);
      },
    );

    it("that fill every window do not wait for each other for ever", async () => {
      // 60 of 200 KB are twelve times what the connection takes; each comes up to its last 40 KB first.
      const script = async (partialMessageBytes: number) => {
        const server = await start({ partialMessageBytes });
        const peer = connect(server.port);
        const message = envelope(200_000);
        const calls = Array.from({ length: 60 }, () => begin(peer, message, 160_000));
        await eventually(() => server.describe().streams > 10);
        for (const { stream, rest } of calls) if (!stream.destroyed) stream.end(rest);
        const statuses = (await Promise.all(calls.map(({ answer }) => answer))).map(statusOf);
        await eventually(() => server.describe().streams === 0);
        const count = (status: string | undefined) =>
          statuses.filter((each) => each === status).length;
        return { ok: count("0"), exhausted: count("8"), refused: count(undefined) };
      };
      const bounded = await script(1_000_000);
      expect(bounded.ok).toBeGreaterThan(0);
      expect(bounded.exhausted).toBeGreaterThan(0);
      expect(bounded.ok + bounded.exhausted + bounded.refused).toBe(60);
      expect(await script(Infinity)).toEqual({ ok: 60, exhausted: 0, refused: 0 });
    }, 30_000);
  },
);

it("over HTTP/1.1, messages of which a part has come are bounded in the process", async () => {
  const script = async (processPartialMessageBytes: number) => {
    const server = await start({ processPartialMessageBytes });
    const pool = poolOf(processPartialMessageBytes);
    const headers = ["content-type: application/json", "transfer-encoding: chunked"];
    const send = (bytes: number) => {
      const raw = new RawConnection(server.port);
      open.push(() => raw.end());
      const chunk = `${bytes.toString(16)}\r\n${"{".padEnd(bytes)}\r\n`;
      return raw.write(rawRequest(headers, chunk));
    };
    const large = send(2_000);
    await eventually(() => pool.used === 2_000);
    const small = send(1_500);
    await eventually(() => pool.used === 1_500 || pool.used === 3_500);
    for (const each of [small, large]) each.write("1\r\n}\r\n0\r\n\r\n");
    const texts = await Promise.all([large, small].map((each) => each.responses(1)));
    await eventually(() => pool.used === 0);
    return texts.map(({ text }) => /^HTTP\/1.1 (\d+)/.exec(text)?.[1]);
  };
  expect(await script(ownLimit())).toEqual(["429", "200"]);
  expect(await script(1e9 + ownLimit())).toEqual(["200", "200"]);
});

describe("a channel", () => {
  const options: [string, NodeChannelOptions][] = [
    ["HTTP/1.1", {}],
    ...(chosenEngine() === "bowline"
      ? ([
          ["HTTP/2", { httpVersion: "2" }],
          ["gRPC", { protocol: "grpc" }],
        ] as [string, NodeChannelOptions][])
      : []),
  ];
  it.each(options)(
    "ends a call over %s whose answer there is no memory to wait for",
    async (_, options) => {
      const size = 1_000_000;
      // Without `content-length`: a stream of one message.
      const answer = { name: "n".repeat(size) };
      const server = await start({}, [
        implement(ManyService, {
          many: async function* () {
            yield answer;
          },
        }),
      ]);
      const call = async (limits: NodeChannelOptions["limits"]) => {
        const channel = createChannel(server.url, { ...options, limits: limits ?? {} });
        open.push(() => channel.close());
        try {
          for await (const { name } of createClient(ManyService, channel).many({}))
            return name.length;
          return 0;
        } catch (error) {
          return RpcError.is(error) ? [error.code, error.reason] : error;
        }
      };
      const exhausted = ["resource_exhausted", "BOWLINE_MEMORY"];
      expect(await call({ partialMessageBytes: size / 2 })).toEqual(exhausted);
      expect(await call({ processPartialMessageBytes: ownLimit() })).toEqual(exhausted);
      expect(await call({})).toBe(size);
    },
  );

  it.runIf(chosenEngine() === "bowline").each(["grpc", "connect"] as const)(
    "ends a call over %s whose whole answer waits for an end that does not come",
    async (protocol) => {
      const enveloped = envelope(20_000);
      const whole = protocol === "grpc" ? enveloped : enveloped.subarray(5);
      const type = protocol === "grpc" ? "application/grpc+proto" : "application/proto";
      const server = createServer((_, response) => {
        response.writeHead(200, { "content-type": type, "content-length": String(whole.length) });
        response.write(whole);
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      open.push(() => server.close());
      const channel = createChannel(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
        protocol,
        httpVersion: "2",
        limits: { processPartialMessageBytes: ownLimit() },
      });
      open.push(() => channel.close());
      const call = createClient(EchoService, channel).echo({});
      await expect(call).rejects.toMatchObject({
        code: "resource_exhausted",
        reason: "BOWLINE_MEMORY",
      });
    },
  );
});
