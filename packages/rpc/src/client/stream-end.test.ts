import { describe, expect, it } from "vitest";
import type { Codec } from "../codec.js";
import { countingCodec } from "../fixtures/counting-codec.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { envelope, FakeTransport, joined } from "../fixtures/fake-transport.js";
import { type HeaderFields, Metadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { Protocol } from "../server/handler-call.js";
import { createTransportChannel } from "./channel.js";
import { createClient } from "./create-client.js";

/** How a protocol spells a response. */
interface Wire {
  readonly protocol: Protocol;
  readonly type: string;
  /** The end of a response: what goes into the body, and HTTP's trailers. */
  end(code: "ok" | "not_found"): { readonly body: Uint8Array; readonly trailers: HeaderFields };
}

const nothing = new Uint8Array();
const status = {
  ok: ["grpc-status", "0"],
  not_found: ["grpc-status", "5", "grpc-message", "gone"],
};

const wires: readonly Wire[] = [
  {
    protocol: "connect",
    type: "application/connect+proto",
    end: (code) => {
      const error = code === "ok" ? undefined : { code, message: "gone" };
      const json = JSON.stringify({ error, metadata: { "x-b": ["2", "3"] } });
      return { body: envelope(2, json), trailers: [] };
    },
  },
  {
    protocol: "grpc",
    type: "application/grpc+proto",
    end: (code) => ({ body: nothing, trailers: [...status[code], "x-b", "2", "x-b", "3"] }),
  },
  {
    protocol: "grpc-web",
    type: "application/grpc-web+proto",
    end: (code) => {
      const message = code === "ok" ? "" : "grpc-message: gone\r\n";
      const lines = `grpc-status: ${status[code][1]}\r\n${message}x-b: 2\r\nX-B: 3\r\n`;
      return { body: envelope(0x80, lines), trailers: [] };
    },
  },
];

const message = (name: string) => envelope(0, Method.encode({ name }));

function setUp(protocol: Protocol, codec?: Codec) {
  const transport = new FakeTransport("2");
  const options = codec === undefined ? { protocol } : { protocol, codec };
  const channel = createTransportChannel("http://greeter:80", transport, options);
  return { transport, client: createClient(EchoService, channel) };
}

/** Starts a server-streaming call and reads it to its end. */
function watch(wire: Wire) {
  const { transport, client } = setUp(wire.protocol);
  const call = client.watch({ name: "a" });
  const names: string[] = [];
  const read = async () => {
    for await (const each of call) names.push(each.name);
  };
  const done = read().then(
    () => undefined,
    (error: RpcError) => error,
  );
  return { stream: transport.last, call, names, done };
}

/** Bodies that no protocol allows, made from the body that ends a call well. */
const brokenAnywhere: readonly [string, (end: Uint8Array) => Uint8Array][] = [
  ["one byte behind the end", (end) => joined(end, Uint8Array.of(0))],
  ["flags that nobody knows", (end) => joined(envelope(4, nothing), end)],
  ["a compressed message without a compression", (end) => joined(envelope(1, nothing), end)],
  ["a message that does not decode", (end) => joined(envelope(0, Uint8Array.of(0x0a, 9)), end)],
];
/** The same where the end is in the body. */
const brokenBehindEnd: readonly [string, (end: Uint8Array) => Uint8Array][] = [
  ["a message behind the end", (end) => joined(end, message("a"))],
  ["a second end", (end) => joined(end, end)],
];

describe.each(wires)("$protocol", (wire) => {
  const { protocol, type } = wire;
  const head = ["content-type", type, "x-a", "1"];

  it.each(["ok", "not_found"] as const)(
    "decodes no more of one piece than its caller's queue holds, and ends with %s behind the rest",
    async (code) => {
      const codec = countingCodec();
      const { transport, client } = setUp(protocol, codec);
      const call = client.watch({});
      const { body, trailers } = wire.end(code);
      transport.last.answer(200, head, joined(new Uint8Array(50_000), body), trailers);
      expect(transport.last.isPaused).toBe(true);
      const kept = codec.decoded;
      expect(kept).toBeGreaterThan(100);
      expect(kept).toBeLessThan(1_100);
      expect(transport.last.receiver.partialBytes?.()).toBe(5 * (10_000 - kept) + body.length);
      let taken = 0;
      const read = async () => {
        for await (const _ of call) {
          taken++;
          expect(codec.decoded - taken).toBeLessThan(1_100);
        }
      };
      if (code === "ok") await read();
      else await expect(read()).rejects.toMatchObject({ code, rawMessage: "gone" });
      expect([taken, codec.decoded]).toEqual([10_000, 10_000]);
      expect((await call.trailers).get("x-b")).toBe("2, 3");
    },
  );

  it("drops what waits when the call is cancelled", async () => {
    const { transport, client } = setUp(protocol);
    const call = client.watch({});
    const { body, trailers } = wire.end("ok");
    transport.last.answer(200, head, joined(new Uint8Array(50_000), body), trailers);
    call.cancel();
    expect(transport.last.receiver.partialBytes?.()).toBe(0);
    const next = call[Symbol.asyncIterator]().next();
    await expect(next).rejects.toMatchObject({ code: "canceled" });
  });

  it("reads a response that is cut at every byte", async () => {
    const { body: end, trailers } = wire.end("ok");
    const body = joined(message("a"), envelope(0, nothing), message("b".repeat(300)), end);
    for (let cut = 0; cut <= body.length; cut++) {
      const { stream, call, names, done } = watch(wire);
      stream.pieces(200, head, [body.subarray(0, cut), body.subarray(cut)], trailers);
      expect(await done).toBeUndefined();
      expect(names).toEqual(["a", "", "b".repeat(300)]);
      expect((await call.headers).get("x-a")).toBe("1");
      expect((await call.trailers).getAll("x-b")).toEqual(["2", "3"]);
    }
  });

  it("reads it byte by byte", async () => {
    const { body: end, trailers } = wire.end("not_found");
    const body = joined(message("a"), end);
    const { stream, call, names, done } = watch(wire);
    stream.pieces(
      200,
      head,
      [...body].map((byte) => Uint8Array.of(byte)),
      trailers,
    );
    expect(await done).toMatchObject({ code: "not_found", rawMessage: "gone", origin: "wire" });
    expect((await done)?.headers?.get("x-a")).toBe("1");
    expect((await done)?.trailers?.getAll("x-b")).toEqual(["2", "3"]);
    expect((await call.trailers).getAll("x-b")).toEqual(["2", "3"]);
    expect(names).toEqual(["a"]);
  });

  it("never takes a response that stops early for a whole one, wherever it stops", async () => {
    const { body: end, trailers } = wire.end("ok");
    const body = joined(message("a"), message("b"), end);
    const whole = protocol === "grpc" ? [0, 8, 16] : [];
    for (let length = 0; length < body.length; length++) {
      // gRPC's end is not in the body: a shorter stream of messages is whole there.
      if (whole.includes(length)) continue;
      const { stream, done } = watch(wire);
      stream.answer(200, head, body.subarray(0, length), trailers);
      expect(await done, `after ${length} bytes`).toMatchObject({ code: "internal" });
    }
  });

  it.each([
    ["the connection is lost behind the messages", "lost", "unavailable"],
    ["the server cancels", "canceled", "canceled"],
    ["the stream breaks HTTP's rules", "malformed", "internal"],
  ] as const)("fails when %s", async (_, kind, code) => {
    const { stream, names, done } = watch(wire);
    const { body: end } = wire.end("ok");
    stream.receiver.head(200, Metadata.fromWire(head));
    stream.data(joined(message("a"), end));
    await Promise.resolve();
    stream.receiver.interrupted({ kind, message: "what happened" });
    expect(await done).toMatchObject({ code, origin: "local" });
    expect(names).toEqual(["a"]);
  });

  it.each([...brokenAnywhere, ...(protocol === "grpc" ? [] : brokenBehindEnd)])(
    "fails with internal for %s, at once and piece by piece",
    async (_, bytesOf) => {
      const { body, trailers } = wire.end("ok");
      const bytes = bytesOf(body);
      for (const pieces of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
        const { stream, done } = watch(wire);
        stream.pieces(200, head, pieces, trailers);
        expect(await done).toMatchObject({
          code: "internal",
          message: expect.stringContaining("greeter:80 (/test.v1.EchoService/Watch)"),
        });
      }
    },
  );

  it.each([
    ["a page", 200, ["content-type", "text/html"], "unknown"],
    ["nothing that it names", 200, [], "unknown"],
    ["another codec", 200, ["content-type", type.replace("proto", "json")], "internal"],
    [
      "an encoding that was not asked for",
      200,
      [...head, "grpc-encoding", "gzip", "connect-content-encoding", "gzip"],
      "internal",
    ],
    ["an error of HTTP", 503, ["content-type", "text/html"], "unavailable"],
    ["a 404", 404, [], "unimplemented"],
    ["a 401", 401, [], "unauthenticated"],
    ["a redirect", 302, [], "unknown"],
  ] as const)("fails when it is answered with %s", async (_, httpStatus, fields, code) => {
    const { stream, done } = watch(wire);
    stream.answer(httpStatus, fields, joined(message("a"), wire.end("ok").body));
    expect(await done).toMatchObject({ code, reason: "BOWLINE_UNEXPECTED_RESPONSE" });
    expect(stream.wasReset).toBe(true);
  });

  it("takes messages of limit - 1 and limit, and refuses limit + 1 by its prefix", async () => {
    const { transport, client } = setUp(protocol);
    const { body: end, trailers } = wire.end("ok");
    for (const size of [99, 100]) {
      const call = client.collect([], { receivedMessageBytes: 100 });
      const response = message("x".repeat(size - 2));
      transport.last.answer(200, head, joined(response, end), trailers);
      expect((await call).name).toHaveLength(size - 2);
    }
    const call = client.collect([], { receivedMessageBytes: 100 });
    transport.last.receiver.head(200, Metadata.fromWire(head));
    transport.last.data(Uint8Array.of(0, 0, 0, 0, 101));
    await expect(call).rejects.toMatchObject({
      code: "resource_exhausted",
      message: expect.stringContaining("greeter:80 (/test.v1.EchoService/Collect)"),
    });
    expect(transport.last.wasReset).toBe(true);
  });

  // A unary call of Connect's is plain HTTP: it has no number of messages.
  it.each(protocol === "connect" ? (["collect"] as const) : (["echo", "collect"] as const))(
    "answers %s with the one message, and fails with unimplemented for none or two",
    async (name) => {
      const { transport, client } = setUp(protocol);
      const { body: end, trailers } = wire.end("ok");
      const start = () => (name === "echo" ? client.echo({}) : client.collect([]));
      const one = start();
      transport.last.answer(200, head, joined(message("a"), end), trailers);
      expect((await one).name).toBe("a");
      for (const messages of [[], [message("a"), envelope(1, "never decompressed")]]) {
        const call = start();
        transport.last.answer(200, head, joined(...messages, end), trailers);
        await expect(call).rejects.toMatchObject({
          code: "unimplemented",
          reason: "BOWLINE_MESSAGE_COUNT",
        });
      }
      const failed = start();
      const failure = wire.end("not_found");
      transport.last.answer(200, head, joined(message("a"), failure.body), failure.trailers);
      await expect(failed).rejects.toMatchObject({ code: "not_found" });
      expect((await failed.trailers).getAll("x-b")).toEqual(["2", "3"]);
    },
  );
});

describe("connect", () => {
  it.each(["", "[]", "{", '{"metadata":{"a":1}}', "\xff"])(
    "fails with internal for %j as the end of a stream",
    async (json) => {
      const { stream, done } = watch(wires[0] as Wire);
      stream.answer(200, ["content-type", "application/connect+proto"], envelope(2, json));
      expect(await done).toMatchObject({ code: "internal" });
    },
  );
});

describe("grpc", () => {
  const wire = wires[1] as Wire;
  const head = ["content-type", "application/grpc"];

  it("reads a response that is nothing but headers, as trailers", async () => {
    const { stream, call, done } = watch(wire);
    stream.answer(200, [...head, ...status.not_found, "x-b", "2"], nothing);
    expect(await done).toMatchObject({ code: "not_found", rawMessage: "gone" });
    expect((await call.trailers).get("x-b")).toBe("2");
    expect((await call.headers).size).toBe(0);
  });

  it("reads such an error whatever its HTTP status", async () => {
    const { stream, done } = watch(wire);
    stream.answer(503, [...head, ...status.not_found], nothing);
    expect(await done).toMatchObject({ code: "not_found" });
  });

  it("does not take the status from headers where a body or trailers follow", async () => {
    const first = watch(wire);
    first.stream.answer(200, [...head, "grpc-status", "0"], message("a"));
    expect(await first.done).toMatchObject({ code: "internal", reason: "BOWLINE_STREAM_END" });
    const second = watch(wire);
    second.stream.answer(200, [...head, "grpc-status", "0", "x-a", "1"], nothing, status.not_found);
    expect(await second.done).toMatchObject({ code: "not_found" });
    expect((await second.call.headers).get("x-a")).toBe("1");
  });

  it.each([
    [["grpc-message", "x"], "internal"],
    [[], "internal"],
    [["grpc-status", "abc"], "unknown"],
    [["grpc-status", "99"], "unknown"],
  ] as const)("fails for the trailers %j", async (trailers, code) => {
    const { stream, done } = watch(wire);
    stream.answer(200, head, message("a"), trailers);
    expect(await done).toMatchObject({ code });
  });

  it("is refused over HTTP/1.1 before anything is sent", async () => {
    const transport = new FakeTransport("1.1");
    const channel = createTransportChannel("http://greeter:80", transport, { protocol: "grpc" });
    const client = createClient(EchoService, channel);
    for (const call of [client.echo({}), client.collect([])]) {
      await expect(call).rejects.toMatchObject({
        code: "unimplemented",
        reason: "BOWLINE_HTTP_VERSION",
        message: expect.stringContaining("use HTTP/2"),
      });
    }
    expect(transport.streams).toHaveLength(0);
  });
});

describe("grpc-web", () => {
  const wire = wires[2] as Wire;
  const head = ["content-type", "application/grpc-web+proto"];

  it("reads a response that is nothing but headers", async () => {
    const { stream, call, done } = watch(wire);
    stream.answer(200, [...head, ...status.not_found, "x-b", "2"], nothing);
    expect(await done).toMatchObject({ code: "not_found", rawMessage: "gone" });
    expect((await call.trailers).get("x-b")).toBe("2");
  });

  it("does not take the status from headers where a body follows", async () => {
    const { stream, done } = watch(wire);
    stream.answer(200, [...head, "grpc-status", "0"], envelope(0x80, "grpc-status: 9\r\n"));
    expect(await done).toMatchObject({ code: "failed_precondition" });
  });

  it.each(["", "grpc-message: x\r\n", "grpc-status 0", "\x00"])(
    "fails with internal for the trailers %j",
    async (lines) => {
      const { stream, done } = watch(wire);
      stream.answer(200, head, joined(message("a"), envelope(0x80, lines)));
      expect(await done).toMatchObject({ code: "internal" });
    },
  );
});
