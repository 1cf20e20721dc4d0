import { describe, expect, it } from "vitest";
import type { Compression } from "../compression/compression.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { enveloped, envelopesOf } from "../fixtures/envelopes.js";
import { type FakeServerStream, fakeServer } from "../fixtures/fake-server-stream.js";
import { reversing, slowlyReversing, swelling } from "../fixtures/reversing-compression.js";
import { implement } from "./implement.js";
import type { RequestHandlerOptions } from "./options.js";

const reversed = (name: string) => Method.encode({ name }).reverse();

function serverWith(compression: Compression, options: Partial<RequestHandlerOptions> = {}) {
  const service = implement(EchoService, {
    echo: (request) => request,
    async *chat(requests) {
      for await (const each of requests) yield each;
    },
    async *watch({ name }) {
      for (let length = name.length; length > 0; length--) yield { name: name.slice(0, length) };
    },
  });
  return fakeServer([service], {
    compression: { algorithms: [compression], minBytes: 0 },
    ...options,
  });
}

const forms = [
  ["gRPC", "application/grpc", "grpc"],
  ["gRPC-Web", "application/grpc-web", "grpc"],
  ["Connect", "application/connect+proto", "connect-content"],
] as const;

describe.each([
  ["at once", reversing],
  ["in its own time", slowlyReversing],
])("a compression that works %s", (_, compression) => {
  it.each(forms)(
    "reads and writes streams over %s in their order",
    async (_, contentType, prefix) => {
      const call = serverWith(compression);
      const accept = prefix === "grpc" ? "grpc-accept-encoding" : "connect-accept-encoding";
      const names = ["a long one at first", "b", "", "c"];
      const answer = await call({
        target: "/test.v1.EchoService/Chat",
        httpVersion: "2",
        headers: {
          "content-type": contentType,
          [`${prefix}-encoding`]: "reversing",
          [accept]: "br, reversing",
        },
        body: enveloped(
          ...names.map((name) =>
            name === "b" ? ([0, Method.encode({ name })] as const) : ([1, reversed(name)] as const),
          ),
        ),
      }).answer;
      expect(answer.headers.get(`${prefix}-encoding`)).toBe("reversing");
      const got = envelopesOf(answer.body).filter(({ flags }) => flags < 2);
      expect(got.map(({ flags }) => flags)).toEqual([1, 1, 1, 1]);
      expect(got.map(({ bytes }) => Method.decode(bytes.reverse()).name)).toEqual(names);
    },
  );

  it("reads and writes a unary body over Connect", async () => {
    const answer = await serverWith(compression)({
      headers: {
        "content-type": "application/proto",
        "content-encoding": "reversing",
        "accept-encoding": "reversing",
      },
      body: reversed("abc"),
    }).answer;
    expect(answer.headers.get("content-encoding")).toBe("reversing");
    expect(Method.decode(answer.body.slice().reverse()).name).toBe("abc");
  });

  it("holds for every message of a server stream", async () => {
    const answer = await serverWith(compression)({
      target: "/test.v1.EchoService/Watch",
      httpVersion: "2",
      headers: { "content-type": "application/grpc", "grpc-accept-encoding": "reversing" },
      body: enveloped([0, Method.encode({ name: "abcd" })]),
    }).answer;
    const got = envelopesOf(answer.body).map(({ bytes }) => Method.decode(bytes.reverse()).name);
    expect(got).toEqual(["abcd", "abc", "ab", "a"]);
    expect(answer.trailers.get("grpc-status")).toBe("0");
  });

  it("keeps to the limit of decompressed messages", async () => {
    const inflating: Compression = {
      ...compression,
      decompress: async (bytes, sink) => {
        for (let i = 0; i < 10_000; i++) sink.append(bytes);
      },
    };
    const call = serverWith(inflating, { receivedMessageBytes: 100 });
    for (const [headers, body] of [
      [{ "content-type": "application/proto", "content-encoding": "reversing" }, reversed("a")],
      [
        { "content-type": "application/grpc", "grpc-encoding": "reversing" },
        enveloped([1, reversed("a")]),
      ],
    ] as const) {
      const answer = await call({ headers, body, httpVersion: "2" }).answer;
      expect(answer.headers.get("grpc-status") ?? String(answer.status)).toMatch(/^(8|429)$/);
    }
  });
});

it("does not compress what is small, nor for callers that do not ask", async () => {
  const call = serverWith(reversing, { compression: { algorithms: [reversing] } });
  const echo = (name: string, headers = {}) =>
    call({
      headers: { "content-type": "application/proto", ...headers },
      body: Method.encode({ name }),
    }).answer;
  const asks = { "accept-encoding": "reversing" };
  // A tag, two bytes of length: a name of 1,020 characters makes a message of 1,023 bytes.
  expect((await echo("x".repeat(1020), asks)).headers.has("content-encoding")).toBe(false);
  expect((await echo("x".repeat(1021), asks)).headers.get("content-encoding")).toBe("reversing");
  expect((await echo("x".repeat(1021))).headers.has("content-encoding")).toBe(false);
});

it("tells the caller of data that does not decompress: its argument over Connect, internal over gRPC", async () => {
  const broken: Compression = {
    ...reversing,
    decompress: () => {
      throw new Error("not the format");
    },
  };
  const call = serverWith(broken, { onError: () => {} });
  const unary = await call({
    headers: { "content-type": "application/proto", "content-encoding": "reversing" },
    body: "x",
  }).answer;
  expect(unary.status).toBe(400);
  const stream = await call({
    target: "/test.v1.EchoService/Chat",
    headers: {
      "content-type": "application/connect+proto",
      "connect-content-encoding": "reversing",
    },
    body: enveloped([1, "x"]),
  }).answer;
  expect(JSON.parse(envelopesOf(stream.body)[0]?.text as string).error.code).toBe(
    "invalid_argument",
  );
  for (const target of ["Echo", "Chat"]) {
    const grpc = await call({
      target: `/test.v1.EchoService/${target}`,
      headers: { "content-type": "application/grpc", "grpc-encoding": "reversing" },
      httpVersion: "2",
      body: enveloped([1, "x"]),
    }).answer;
    expect(grpc.trailers.get("grpc-status") ?? grpc.headers.get("grpc-status")).toBe("13");
  }
});

it("holds the peer back while a message is being decompressed", async () => {
  let finish = () => {};
  const waiting: Compression = {
    ...reversing,
    decompress: (bytes, sink) =>
      new Promise((resolve) => {
        finish = () => {
          sink.append(bytes.slice().reverse());
          resolve();
        };
      }),
  };
  const stream: FakeServerStream = serverWith(waiting)({
    target: "/test.v1.EchoService/Chat",
    headers: { "content-type": "application/grpc", "grpc-encoding": "reversing" },
    httpVersion: "2",
  });
  stream.send(enveloped([1, reversed("a")]));
  expect(stream.isPaused).toBe(true);
  finish();
  await new Promise(setImmediate);
  expect(stream.isPaused).toBe(false);
  stream.receiver?.end();
  expect((await stream.answer).trailers.get("grpc-status")).toBe("0");
});

it.each([
  ["at once", reversing],
  ["in its own time", slowlyReversing],
])(
  "does not decompress a thousand messages %s that no handler has asked for",
  async (_, compression) => {
    let decompressed = 0;
    const counting: Compression = {
      ...compression,
      decompress(bytes, sink) {
        decompressed++;
        return compression.decompress(bytes, sink);
      },
    };
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let taken = 0;
    const service = implement(EchoService, {
      async collect(requests) {
        await begun;
        for await (const { name } of requests) taken += name.length;
        return {};
      },
    });
    const call = fakeServer([service], { compression: { algorithms: [counting] } });
    const name = "x".repeat(1000);
    const many = enveloped(...Array.from({ length: 1000 }, () => [1, reversed(name)] as const));
    const stream = call({
      target: "/test.v1.EchoService/Collect",
      headers: { "content-type": "application/grpc", "grpc-encoding": "reversing" },
      httpVersion: "2",
      body: many,
    });
    for (let i = 0; i < 200; i++) await new Promise(setImmediate);
    expect(decompressed).toBeGreaterThan(50);
    expect(decompressed).toBeLessThan(70);
    begin();
    expect((await stream.answer).trailers.get("grpc-status")).toBe("0");
    expect([decompressed, taken]).toEqual([1000, 1_000_000]);
  },
);

it("lets others run between messages that a fast handler takes and that few bytes stood for", async () => {
  const compression = swelling();
  let taken = 0;
  const service = implement(EchoService, {
    async collect(requests) {
      for await (const { name } of requests) taken += name.length;
      return {};
    },
  });
  const options = { compression: { algorithms: [compression] }, receivedMessageBytes: 200_000 };
  const stream = fakeServer(
    [service],
    options,
  )({
    target: "/test.v1.EchoService/Collect",
    headers: { "content-type": "application/grpc", "grpc-encoding": "swelling" },
    httpVersion: "2",
    body: enveloped(...Array.from({ length: 200 }, () => [1, Uint8Array.of(1)] as const)),
  });
  await stream.answer;
  expect(taken).toBe(20_000_000);
  expect(compression.mostInOneTurn).toBeLessThan(5);
});

it.each(forms)(
  "refuses a second message of a unary call over %s before it decompresses any",
  async (form, contentType, prefix) => {
    let decompressed = 0;
    const counting: Compression = {
      ...reversing,
      decompress(bytes, sink) {
        decompressed++;
        return reversing.decompress(bytes, sink);
      },
    };
    const call = serverWith(counting, { onError: () => {} });
    const headers = { "content-type": contentType, [`${prefix}-encoding`]: "reversing" };
    const one = [1, reversed("a")] as const;
    // Connect's unary calls have no envelopes: there the one request of a stream of responses is meant.
    const target = `/test.v1.EchoService/${form === "Connect" ? "Watch" : "Echo"}`;
    const twice = call({ target, headers, httpVersion: "2", body: enveloped(one, one) });
    const answer = await twice.answer;
    const told = `${answer.headers.get("grpc-message") ?? ""}${answer.text}`;
    expect(told).toContain("takes exactly one request message");
    expect(decompressed).toBe(0);
    await call({ target, headers, httpVersion: "2", body: enveloped(one) }).answer;
    expect(decompressed).toBe(1);
  },
);
