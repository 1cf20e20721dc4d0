import { describe, expect, it } from "vitest";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { fakeCompression, pack } from "../fixtures/fake-compression.js";
import { envelope, FakeTransport, joined } from "../fixtures/fake-transport.js";
import { swelling } from "../fixtures/reversing-compression.js";
import { Metadata } from "../metadata.js";
import { createTransportChannel } from "./channel.js";
import { createClient } from "./create-client.js";
import type { ChannelOptions } from "./options.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const encoded = (name: string) => Method.encode({ name });
const message = (name: string) => envelope(0, encoded(name));
const packed = (name: string) => envelope(1, pack(encoded(name)));
const trailers = ["grpc-status", "0"];

function setUp(protocol: ChannelOptions["protocol"], compression: ChannelOptions["compression"]) {
  const transport = new FakeTransport("2");
  const options = { ...(protocol && { protocol }), ...(compression && { compression }) };
  const channel = createTransportChannel("http://greeter:80", transport, options);
  return { transport, channel, client: createClient(EchoService, channel) };
}

describe.each([
  ["at once", false],
  ["with a promise", true],
])("a compression that answers %s", (_, asynchronous) => {
  const zip = fakeCompression("zip", { asynchronous });
  const zap = fakeCompression("zap", { asynchronous });

  it("compresses the body of Connect's unary requests from minBytes up, and says so", async () => {
    const { transport, client } = setUp("connect", { send: zip, minBytes: 10 });
    for (const [size, encoding] of [
      [9, undefined],
      [10, "zip"],
    ] as const) {
      const call = client.echo({ name: "x".repeat(size - 2) });
      await turn();
      const { headers, body, sent } = transport.last;
      expect(headers.get("content-encoding")).toBe(encoding);
      expect(headers.get("accept-encoding")).toBe("zip");
      const plain = encoded("x".repeat(size - 2));
      expect(body.toBytes()).toEqual(encoding === undefined ? plain : pack(plain));
      expect(sent).toBe(true);
      const fields = ["content-type", "application/proto", "content-encoding", "zip"];
      transport.last.answer(200, fields, pack(encoded("hello")));
      expect((await call).name).toBe("hello");
    }
  });

  it("reads an error of Connect's that is compressed", async () => {
    const { transport, client } = setUp("connect", { accept: [zip] });
    const fields = ["content-type", "application/json", "content-encoding", "zip"];
    const body = pack(new TextEncoder().encode('{"code":"not_found","message":"gone"}'));
    const call = client.echo({});
    transport.last.answer(404, fields, body);
    await expect(call).rejects.toMatchObject({ code: "not_found", rawMessage: "gone" });
  });

  it.each(["grpc", "grpc-web", "connect"] as const)(
    "compresses messages of %s one by one, in order",
    async (protocol) => {
      const compression = { send: zip, accept: [zap, zip], minBytes: 10 };
      const { transport, client } = setUp(protocol, compression);
      const call = client.chat([{ name: "short" }, { name: "x".repeat(8) }, { name: "end" }]);
      await turn();
      const { headers, flushed, ended } = transport.last;
      const prefix = protocol === "connect" ? "connect-content-encoding" : "grpc-encoding";
      const accept = protocol === "connect" ? "connect-accept-encoding" : "grpc-accept-encoding";
      expect([headers.get(prefix), headers.get(accept)]).toEqual(["zip", "zap, zip"]);
      const wanted = [message("short"), packed("x".repeat(8)), message("end")];
      expect(joined(...flushed)).toEqual(joined(...wanted));
      expect(ended).toBe(true);
      call.cancel();
    },
  );

  it("keeps the order of messages sent by hand without waiting, and ends behind them", async () => {
    const { transport, client } = setUp("grpc", { send: zip, minBytes: 10 });
    const call = client.collect();
    const all = [call.send({ name: "x".repeat(9) }), call.send({ name: "b" }), call.send({})];
    call.closeSend();
    await Promise.all(all);
    await turn();
    const wanted = [packed("x".repeat(9)), message("b"), message("")];
    expect(joined(...transport.last.flushed)).toEqual(joined(...wanted));
    expect(transport.last.ended).toBe(true);
    call.cancel();
  });

  it("compresses a single message of gRPC, empty ones too with minBytes 0", async () => {
    const { transport, client } = setUp("grpc", { send: zip, minBytes: 0 });
    const call = client.echo({});
    await turn();
    expect(transport.last.body.toBytes()).toEqual(packed(""));
    expect(transport.last.sent).toBe(true);
    const fields = ["content-type", "application/grpc", "grpc-encoding", "zip"];
    transport.last.answer(200, fields, packed("hello"), trailers);
    expect((await call).name).toBe("hello");
  });

  it("reads a stream of messages, compressed or not, in order, and the end behind them", async () => {
    const { transport, client } = setUp("connect", { accept: [zip] });
    const fields = ["content-type", "application/connect+proto", "connect-content-encoding", "zip"];
    const end = envelope(3, pack(new TextEncoder().encode('{"metadata":{"x-b":["2"]}}')));
    const body = joined(packed("a"), message("b"), packed("c"), message("d"), end);
    for (let cut = 0; cut <= body.length; cut += 3) {
      const call = client.watch({});
      transport.last.pieces(200, fields, [body.subarray(0, cut), body.subarray(cut)]);
      const names: string[] = [];
      for await (const { name } of call) names.push(name);
      expect(names).toEqual(["a", "b", "c", "d"]);
      expect((await call.trailers).get("x-b")).toBe("2");
    }
  });

  it("does not decompress a thousand messages that nobody has read up to", async () => {
    let decompressed = 0;
    const counting: typeof zip = {
      ...zip,
      decompress(bytes, sink) {
        decompressed++;
        return zip.decompress(bytes, sink);
      },
    };
    const { transport, client } = setUp("grpc", { accept: [counting] });
    const call = client.watch({});
    const body = joined(...Array.from({ length: 1000 }, () => packed("x".repeat(1000))));
    transport.last.answer(
      200,
      ["content-type", "application/grpc", "grpc-encoding", "zip"],
      body,
      trailers,
    );
    for (let i = 0; i < 200; i++) await turn();
    expect(decompressed).toBeGreaterThan(50);
    expect(decompressed).toBeLessThan(70);
    let taken = 0;
    for await (const { name } of call) taken += name.length;
    expect([decompressed, taken]).toEqual([1000, 1_000_000]);
  });

  it("makes the server wait while it decompresses, and no longer", async () => {
    const { transport, client } = setUp("connect", { accept: [zip] });
    const fields = ["content-type", "application/connect+proto", "connect-content-encoding", "zip"];
    const call = client.watch({});
    transport.last.receiver.head(200, Metadata.fromWire(fields));
    transport.last.data(joined(packed("a"), packed("b")));
    expect(transport.last.isPaused).toBe(asynchronous);
    await turn();
    expect(transport.last.isPaused).toBe(false);
    call.cancel();
  });

  it("fails behind the messages that came whole, with internal, for one that does not decompress", async () => {
    const { transport, client } = setUp("grpc-web", { accept: [zip] });
    const fields = ["content-type", "application/grpc-web+proto", "grpc-encoding", "zip"];
    const call = client.watch({});
    const end = envelope(0x80, "grpc-status: 0\r\n");
    transport.last.answer(200, fields, joined(packed("a"), envelope(1, "bad"), end));
    const names: string[] = [];
    const read = async () => {
      for await (const { name } of call) names.push(name);
    };
    await expect(read()).rejects.toMatchObject({
      code: "internal",
      reason: "BOWLINE_DECOMPRESS",
      message: expect.stringContaining("greeter:80 (/test.v1.EchoService/Watch)"),
    });
    expect(names).toEqual(["a"]);
    expect(transport.last.wasReset).toBe(true);
  });

  it("bounds what is decompressed at limit - 1, limit and limit + 1: messages, ends and trailers", async () => {
    const { transport, client } = setUp("connect", { accept: [zip] });
    const bomb = fakeBomb("bomb");
    const web = setUp("grpc-web", { accept: [bomb] });
    const unary = ["content-type", "application/proto", "content-encoding", "zip"];
    const limit = { receivedMessageBytes: 100 };
    for (const size of [99, 100]) {
      const call = client.echo({}, { receivedMessageBytes: size + 2 });
      transport.last.answer(200, unary, pack(encoded("x".repeat(size - 2))));
      expect((await call).name).toHaveLength(size - 2);
    }
    const tooLarge = { code: "resource_exhausted", reason: "BOWLINE_MESSAGE_TOO_LARGE" };
    const bombed = setUp("connect", { accept: [bomb] });
    const call = bombed.client.echo({}, limit);
    bombed.transport.last.answer(200, [...unary.slice(0, 3), "bomb"], Uint8Array.of(101));
    await expect(call).rejects.toMatchObject(tooLarge);
    const failed = bombed.client.echo({}, limit);
    const error = ["content-type", "application/json", "content-encoding", "bomb"];
    bombed.transport.last.answer(404, error, Uint8Array.of(101));
    await expect(failed).rejects.toMatchObject(tooLarge);
    const allowed = bombed.client.echo({}, limit);
    bombed.transport.last.answer(200, [...unary.slice(0, 3), "bomb"], Uint8Array.of(100));
    await expect(allowed).rejects.toMatchObject({ code: "internal", reason: "BOWLINE_DECODE" });
    const type = ["content-type", "application/connect+proto", "connect-content-encoding", "bomb"];
    for (const flags of [1, 3]) {
      const stream = bombed.client.watch({}, limit);
      bombed.transport.last.answer(200, type, envelope(flags, Uint8Array.of(101)));
      await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject(tooLarge);
    }
    const trailersOf = web.client.watch({}, limit);
    const fields = ["content-type", "application/grpc-web", "grpc-encoding", "bomb"];
    web.transport.last.answer(200, fields, envelope(0x81, Uint8Array.of(101)));
    await expect(trailersOf[Symbol.asyncIterator]().next()).rejects.toMatchObject(tooLarge);
  });

  it("is not used once a call was cancelled meanwhile", async () => {
    const { transport, client } = setUp("connect", { send: zip, minBytes: 0, accept: [zip] });
    const call = client.echo({});
    call.cancel();
    await expect(call).rejects.toMatchObject({ code: "canceled" });
    await turn();
    expect(transport.streams.every((each) => each.wasReset)).toBe(true);
    const reading = client.watch({});
    await turn();
    const fields = ["content-type", "application/connect+proto", "connect-content-encoding", "zip"];
    transport.last.receiver.head(200, Metadata.fromWire(fields));
    transport.last.data(packed("a"));
    reading.cancel();
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "canceled",
    });
    await turn();
    expect(transport.last.wasReset).toBe(true);
  });
});

/** A compression whose one byte says how many zeros it stands for. */
function fakeBomb(name: string) {
  return {
    name,
    compress: (bytes: Uint8Array) => bytes,
    decompress: (bytes: Uint8Array, sink: { append(bytes: Uint8Array): void }) => {
      for (let i = 0; i < (bytes[0] as number); i++) sink.append(new Uint8Array(1));
    },
  };
}

it("gives the stream up when the server answers before the last message is compressed", async () => {
  const send = fakeCompression("zip", { asynchronous: true });
  const { transport, client } = setUp("grpc", { send, minBytes: 0 });
  const call = client.collect();
  const sent = call.send({ name: "a" });
  call.closeSend();
  const fields = ["content-type", "application/grpc"];
  transport.last.answer(200, fields, message("early"), trailers);
  expect((await call).name).toBe("early");
  await expect(sent).rejects.toMatchObject({ reason: "BOWLINE_SEND" });
  await turn();
  expect([transport.last.ended, transport.last.wasReset]).toEqual([false, true]);
});

it("asks for what it sends with, and nothing without compression", async () => {
  const none = setUp("grpc", undefined);
  none.client.echo({}).cancel();
  expect(none.transport.last.headers.has("grpc-accept-encoding")).toBe(false);
  expect(none.transport.last.headers.has("grpc-encoding")).toBe(false);
  const { transport, client } = setUp("grpc", { send: fakeCompression("zip") });
  client.echo({}).cancel();
  expect(transport.last.headers.get("grpc-accept-encoding")).toBe("zip");
});

it("is chosen for a call, or turned off for it", async () => {
  const { transport, client } = setUp("connect", { send: fakeCompression("zip"), minBytes: 0 });
  client.echo({}, { compression: false }).cancel();
  expect(transport.last.headers.has("content-encoding")).toBe(false);
  client.echo({}, { compression: fakeCompression("zap") }).cancel();
  expect(transport.last.headers.get("content-encoding")).toBe("zap");
  const wrong = client.echo({}, { compression: { name: "identity" } as never });
  await expect(wrong).rejects.toMatchObject({ code: "invalid_argument", reason: "BOWLINE_OPTION" });
});

it("fails a call whose compression fails, and sends nothing", async () => {
  const broken = fakeCompression("zip");
  for (const protocol of ["connect", "grpc"] as const) {
    const send = { ...broken, compress: () => Promise.reject(new Error("full")) };
    const { transport, client } = setUp(protocol, { send, minBytes: 0 });
    await expect(client.echo({})).rejects.toMatchObject({
      code: "internal",
      reason: "BOWLINE_COMPRESS",
    });
    expect(transport.streams.some((each) => each.sent)).toBe(false);
    const call = client.collect();
    await expect(call.send({})).rejects.toMatchObject({ reason: "BOWLINE_COMPRESS" });
    await expect(call).rejects.toMatchObject({ reason: "BOWLINE_COMPRESS" });
  }
});

it("lets others run between messages that a fast reader takes and that few bytes stood for", async () => {
  const compression = swelling();
  const { transport, client } = setUp("grpc", { accept: [compression] });
  const call = client.watch({});
  const bombs = Array.from({ length: 200 }, () => envelope(1, Uint8Array.of(1)));
  const fields = ["content-type", "application/grpc", "grpc-encoding", "swelling"];
  transport.last.answer(200, fields, joined(...bombs, message("last")), trailers);
  let taken = 0;
  for await (const { name } of call) taken += name.length;
  expect(taken).toBe(20_000_004);
  expect(compression.mostInOneTurn).toBeLessThan(5);
});
