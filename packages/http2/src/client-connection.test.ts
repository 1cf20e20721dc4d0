import { describe, expect, it } from "vitest";
import { ClientConnection } from "./client-connection.js";
import type { ConnectionOptions } from "./connection-options.js";
import type { ConnectionError } from "./error-code.js";
import { ErrorCode } from "./error-code.js";
import {
  concat,
  data,
  type Frame,
  frame,
  goaway,
  headers,
  literals,
  parseFrames,
  ping,
  rstStream,
  settings,
  settingsAck,
  uint32,
  windowUpdate,
} from "./fixtures/frames.js";
import { Recorder } from "./fixtures/recorder.js";
import { goawayCode, resetCode, TestHost } from "./fixtures/test-host.js";
import { Flag, FrameType } from "./frame.js";
import type { Goaway } from "./goaway.js";
import { HpackDecoder } from "./hpack-decoder.js";
import { clientPreface } from "./preface.js";
import type { Settings } from "./settings.js";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const request = [":method", "POST", ":scheme", "http", ":path", "/a", ":authority", "b"];
const ok = { fields: [":status", "200", "content-type", "text/plain"] };
const trailers = (streamId: number, ...fields: string[]) =>
  frame(FrameType.headers, Flag.endHeaders | Flag.endStream, streamId, literals(fields));

class TestClient {
  readonly host = new TestHost();
  readonly goaways: Goaway[] = [];
  readonly settings: Settings[] = [];
  end: { error: ConnectionError | undefined } | undefined;
  readonly connection: ClientConnection;
  readonly greeting: Uint8Array;
  readonly #decoder = new HpackDecoder({ listBytes: 1_000_000, fieldBytes: 1_000_000 });

  constructor(options: Partial<ConnectionOptions> = {}, hello = [settings(), settingsAck]) {
    this.connection = new ClientConnection(
      this.host,
      {
        goaway: (each) => this.goaways.push(each),
        settings: (each) => this.settings.push(each),
        closed: (error) => {
          this.end = { error };
        },
      },
      options,
    );
    this.connection.flush();
    this.greeting = this.host.take();
    this.send(...hello);
  }

  send(...bytes: Uint8Array[]): Frame[] {
    for (const each of bytes) this.connection.receive(each);
    this.connection.flush();
    const frames = this.host.frames();
    for (const each of frames) {
      if (each.type !== FrameType.headers) continue;
      each.fields = this.#decoder.decode(each.payload, 0, each.payload.length);
    }
    return frames;
  }

  /** A request without content. */
  request(content = ""): Recorder {
    const recorder = new Recorder();
    recorder.stream = this.connection.createStream(recorder);
    recorder.stream.body.append(Buffer.from(content));
    recorder.stream.respond(0, request);
    return recorder;
  }
}

it("begins with the preface and SETTINGS that switch push off", () => {
  const { greeting } = new TestClient();
  expect(greeting.slice(0, clientPreface.length)).toEqual(clientPreface);
  const [first] = parseFrames(greeting.slice(clientPreface.length));
  expect(first?.type).toBe(FrameType.settings);
  expect(Buffer.from(first?.payload ?? []).toString("hex")).toContain("000200000000");
});

it("carries requests and responses, streams, trailers, informational responses", () => {
  const client = new TestClient();
  const one = client.request("hello");
  const two = new Recorder();
  const stream = client.connection.createStream(two);
  stream.start(0, request);
  stream.body.append(Buffer.from("a"));
  stream.flush();
  stream.body.append(Buffer.from("b"));
  stream.end(["x-t", "1"]);
  const frames = client.send();
  expect(frames.map(({ type, streamId, flags }) => [type, streamId, flags & 1])).toEqual([
    [1, 1, 0],
    [0, 1, 1],
    [1, 3, 0],
    [0, 3, 0],
    [1, 3, 1],
  ]);
  expect(Buffer.from(frames[3]?.payload ?? []).toString()).toBe("ab");
  expect(frames[0]?.fields).toEqual(request);
  client.send(
    headers(3, { fields: [":status", "103", "link", "x"] }),
    headers(3, ok),
    headers(1, ok),
    data(1, "world"),
    data(3, "x"),
    trailers(1, "x-end", "2"),
    data(3, "y", { endsStream: true }),
  );
  expect(one.events).toEqual(["head 200", "data", "end"]);
  expect(one.response?.fields).toEqual(["content-type", "text/plain"]);
  expect(one.trailers).toEqual(["x-end", "2"]);
  expect(two.text).toBe("xy");
  expect(client.connection.streams).toBe(0);
});

it("opens as many streams as the server takes", () => {
  const silent = new TestClient({}, []);
  expect(silent.connection.capacity).toBe(100);
  const client = new TestClient({}, [settings([[3, 2]])]);
  expect(client.connection.capacity).toBe(2);
  client.request();
  client.request();
  expect(client.connection.capacity).toBe(0);
  expect(() => client.request()).toThrow("no more streams");
  client.send(headers(1, { ...ok, endsStream: true }));
  expect(client.connection.capacity).toBe(1);
  client.send(settings([[3, 5]]));
  expect(client.settings.at(-1)?.maxConcurrentStreams).toBe(5);
  expect(client.connection.capacity).toBe(4);
});

it("uses the window that holds when a stream begins, not when it is made", () => {
  const client = new TestClient({}, []);
  const recorder = new Recorder();
  const stream = client.connection.createStream(recorder);
  client.send(settings([[4, 3]]));
  stream.body.append(Buffer.from("hello"));
  stream.respond(0, request);
  expect(client.send().at(-1)?.payload).toHaveLength(3);
});

it("gives up what is missing of a request whose response is complete", () => {
  const client = new TestClient();
  const recorder = new Recorder();
  const stream = client.connection.createStream(recorder);
  stream.start(0, request);
  expect(resetCode(client.send(headers(1, { ...ok, endsStream: true })), 1)).toBe(ErrorCode.cancel);
  expect(recorder.events).toEqual(["head 200", "end"]);
  expect(client.send(rstStream(1, 0), windowUpdate(1, 5))).toEqual([]);
  expect(client.end).toBeUndefined();
});

it("never calls a stream that was reset, and forgets one that never began", () => {
  const client = new TestClient();
  const recorder = client.request();
  recorder.stream?.reset(ErrorCode.cancel);
  expect(resetCode(client.send(), 1)).toBe(ErrorCode.cancel);
  client.send(headers(1, ok), data(1, "a"), trailers(1, "x", "1"));
  expect(recorder.events).toEqual([]);
  const never = client.connection.createStream(recorder);
  never.reset(ErrorCode.cancel);
  never.start(0, request);
  expect(client.send()).toEqual([]);
});

it("holds what comes while a stream is paused, its end too", async () => {
  const client = new TestClient();
  const recorder = client.request();
  recorder.stream?.pause();
  client.send(headers(1, ok), data(1, "ab"), data(1, "c"), trailers(1, "x", "1"));
  expect(recorder.events).toEqual(["head 200"]);
  recorder.stream?.resume();
  expect(recorder.events).toEqual(["head 200"]);
  await settled();
  expect(recorder.events).toEqual(["head 200", "data", "end"]);
  expect([recorder.text, recorder.trailers]).toEqual(["abc", ["x", "1"]]);
  expect(client.connection.streams).toBe(0);
});

describe("a response that breaks the rules", () => {
  it.each<[string, readonly Uint8Array[]]>([
    ["without :status", [headers(1, { fields: ["x", "1"] })]],
    ["with :status of two digits", [headers(1, { fields: [":status", "20"] })]],
    ["with 101", [headers(1, { fields: [":status", "101"] })]],
    [
      "with a request's pseudo-header field",
      [headers(1, { fields: [":status", "200", ":path", "/"] })],
    ],
    ["with a second :status", [headers(1, { fields: [":status", "200", ":status", "200"] })]],
    ["with a capital in a name", [headers(1, { fields: [":status", "200", "X", "1"] })]],
    ["with connection", [headers(1, { fields: [":status", "200", "connection", "close"] })]],
    [
      "with an informational head that ends it",
      [headers(1, { fields: [":status", "103"], endsStream: true })],
    ],
    ["with content before its head", [data(1, "a")]],
    ["with content behind 204", [headers(1, { fields: [":status", "204"] }), data(1, "a")]],
    ["with a second head", [headers(1, ok), headers(1, ok)]],
    ["with wrong trailers", [headers(1, ok), trailers(1, ":x", "1")]],
    [
      "with more content than content-length",
      [headers(1, { fields: [...ok.fields, "content-length", "1"] }), data(1, "ab")],
    ],
    [
      "with less content than content-length",
      [
        headers(1, { fields: [...ok.fields, "content-length", "3"] }),
        data(1, "ab", { endsStream: true }),
      ],
    ],
    [
      "with no content where content-length says some",
      [headers(1, { fields: [...ok.fields, "content-length", "3"], endsStream: true })],
    ],
  ])("%s ends its stream alone", (_, bytes) => {
    const client = new TestClient();
    const recorder = client.request();
    const frames = client.send(...bytes);
    expect(resetCode(frames, 1)).toBe(ErrorCode.protocolError);
    expect(recorder.interruption).toMatchObject({ cause: "malformed" });
    expect(client.end).toBeUndefined();
    expect(client.connection.streams).toBe(0);
  });

  it("is taken with content-length and no content where the request was HEAD, and behind 304", () => {
    const client = new TestClient();
    const recorder = new Recorder();
    const stream = client.connection.createStream(recorder, true);
    stream.respond(0, [":method", "HEAD", ...request.slice(2)]);
    client.send(headers(1, { fields: [...ok.fields, "content-length", "3"], endsStream: true }));
    expect(recorder.events).toEqual(["head 200", "end"]);
    const cached = client.request();
    client.send(
      headers(3, { fields: [":status", "304", "content-length", "3"], endsStream: true }),
    );
    expect(cached.events).toEqual(["head 304", "end"]);
  });

  it("ends its stream when its head or trailers are past the limit", () => {
    const large = ["x", "v".repeat(9_000)];
    const client = new TestClient();
    const one = client.request();
    const two = client.request();
    const frames = client.send(
      headers(1, { fields: [...ok.fields, ...large] }),
      headers(3, ok),
      trailers(3, ...large),
    );
    expect([resetCode(frames, 1), resetCode(frames, 3)]).toEqual([8, 8]);
    expect(one.events).toEqual(["interrupted limit"]);
    expect(two.events).toEqual(["head 200", "interrupted limit"]);
  });
});

describe("a frame that breaks the rules", () => {
  it.each<[string, number, readonly Uint8Array[]]>([
    ["PUSH_PROMISE", ErrorCode.protocolError, [frame(5, 4, 1, uint32(2))]],
    ["SETTINGS that allow push", ErrorCode.protocolError, [settings([[2, 1]])]],
    ["HEADERS on an idle stream", ErrorCode.protocolError, [headers(3, ok)]],
    ["HEADERS on an even stream", ErrorCode.protocolError, [headers(2, ok)]],
    ["DATA on an idle stream", ErrorCode.protocolError, [data(3, "a")]],
    [
      "HEADERS on a stream that is over",
      ErrorCode.streamClosed,
      [headers(1, { ...ok, endsStream: true }), headers(1, ok)],
    ],
    [
      "DATA on a stream that is over",
      ErrorCode.streamClosed,
      [headers(1, { ...ok, endsStream: true }), data(1, "a")],
    ],
  ])("%s ends the connection with code %i", (_, code, bytes) => {
    const client = new TestClient();
    client.request();
    expect(goawayCode(client.send(...bytes))).toBe(code);
    expect(client.end?.error?.code).toBe(code);
  });

  it("DATA on a stream that the server reset ends nothing", () => {
    const client = new TestClient();
    client.request();
    const frames = client.send(rstStream(1, ErrorCode.cancel), data(1, "a"));
    expect(resetCode(frames, 1)).toBe(ErrorCode.streamClosed);
    expect(client.end).toBeUndefined();
  });

  it("resets by a server end its streams and nothing else, however many, before or behind an answer", () => {
    const client = new TestClient();
    for (let id = 1; id < 8_000; id += 4) {
      const [refused, answered] = [client.request(), client.request()];
      const late = [headers(id + 2, { ...ok, endsStream: true }), rstStream(id + 2, 0)];
      const frames = client.send(rstStream(id, ErrorCode.cancel), ...late);
      expect(goawayCode(frames)).toBeUndefined();
      expect(refused.events).toEqual(["interrupted reset"]);
      expect(answered.events).toEqual(["head 200", "end"]);
    }
    let code: number | undefined;
    for (let i = 0; i <= 1_000 && code === undefined; i++)
      code = goawayCode(client.send(rstStream(1, 8)));
    expect(code).toBe(ErrorCode.enhanceYourCalm);
  });

  it("what crosses the resets of thousands of calls ends nothing", () => {
    const client = new TestClient({}, [settings([[3, 10_000]]), settingsAck]);
    const survivor = client.request();
    const given = Array.from({ length: 3_000 }, () => client.request());
    for (const { stream } of given) stream?.reset(ErrorCode.cancel);
    client.send();
    for (let i = 1; i <= 3_000; i++) {
      const id = 2 * i + 1;
      const frames = client.send(headers(id, ok), data(id, "12345"), trailers(id, "x", "1"));
      expect(frames).toEqual([]);
    }
    client.send(headers(1, { ...ok, endsStream: true }));
    expect(survivor.events).toEqual(["head 200", "end"]);
    expect(goawayCode(client.send(headers(7_001, ok)))).toBe(ErrorCode.protocolError);
  });

  it("a tiny frame of content in each of many responses ends nothing", () => {
    const client = new TestClient();
    for (let id = 1; id < 6_000; id += 2) {
      const call = client.request();
      const frames = client.send(headers(id, ok), data(id, "{}"), trailers(id, "x", "1"));
      expect(goawayCode(frames)).toBeUndefined();
      expect(call.events).toEqual(["head 200", "data", "end"]);
    }
  });

  it("a few informational responses to each of many requests end nothing", () => {
    const client = new TestClient();
    const early = { fields: [":status", "103", "link", "x"] };
    for (let id = 1; id < 4_000; id += 2) {
      const call = client.request();
      const frames = client.send(
        headers(id, early),
        headers(id, early),
        headers(id, { ...ok, endsStream: true }),
      );
      expect(goawayCode(frames)).toBeUndefined();
      expect(call.events).toEqual(["head 200", "end"]);
    }
  });

  it("informational responses without end end the connection", () => {
    const client = new TestClient();
    client.request();
    const early = headers(1, { fields: [":status", "103"] });
    for (let i = 0; i < 1_008; i++) expect(goawayCode(client.send(early))).toBeUndefined();
    expect(goawayCode(client.send(early))).toBe(ErrorCode.enhanceYourCalm);
  });
});

describe("a server that ends the connection", () => {
  it("finishes the streams that it took; those above were not processed", async () => {
    const client = new TestClient();
    const taken = client.request();
    const refused = client.request();
    client.send(goaway(0x7fff_ffff, 0));
    expect(client.connection.capacity).toBe(0);
    expect(refused.events).toEqual([]);
    client.send(goaway(1, 0));
    expect(refused.interruption).toMatchObject({ cause: "refused" });
    expect(taken.events).toEqual([]);
    expect(client.goaways.map(({ lastStreamId }) => lastStreamId)).toEqual([0x7fff_ffff, 1]);
    client.send(headers(1, { ...ok, endsStream: true }));
    expect(taken.events).toEqual(["head 200", "end"]);
    await settled();
    expect(client.host.isClosed).toBe(true);
    expect(client.end).toEqual({ error: undefined });
  });

  it("with an error answers nothing more: what it took is lost", () => {
    const client = new TestClient();
    const taken = client.request();
    const refused = client.request();
    client.send(goaway(1, ErrorCode.enhanceYourCalm));
    expect(taken.interruption).toMatchObject({ cause: "lost", code: ErrorCode.enhanceYourCalm });
    expect(refused.interruption).toMatchObject({ cause: "refused" });
    expect(client.host.isClosed).toBe(true);
  });

  it("says which streams it did not process by RST_STREAM too", () => {
    const client = new TestClient();
    const recorder = client.request();
    client.send(rstStream(1, ErrorCode.refusedStream));
    expect(recorder.interruption).toMatchObject({ cause: "refused" });
  });

  it("without a word interrupts what is under way", () => {
    const client = new TestClient();
    const recorder = client.request();
    client.connection.disconnected();
    expect(recorder.interruption).toMatchObject({ cause: "lost" });
    expect(client.connection.capacity).toBe(0);
  });
});

it("drains: finishes what is under way, takes nothing new, closes", async () => {
  const client = new TestClient();
  const recorder = client.request();
  client.connection.drain();
  expect(client.connection.capacity).toBe(0);
  const pinged = client.send().find(({ type }) => type === FrameType.ping);
  client.send(frame(FrameType.ping, Flag.ack, 0, pinged?.payload ?? []));
  await settled();
  expect(client.host.isClosed).toBe(false);
  client.send(headers(1, { ...ok, endsStream: true }), ping());
  await settled();
  expect(recorder.events).toEqual(["head 200", "end"]);
  expect(client.host.isClosed).toBe(true);
});

it("is the same wherever the bytes are cut", () => {
  const bytes = concat(
    settings(),
    headers(1, { fields: [":status", "103"] }),
    headers(1, ok),
    frame(FrameType.data, Flag.padded, 1, [1, 0x61, 0x62, 0]),
    data(1, "cdefgh"),
    trailers(1, "x", "1"),
  );
  for (const size of [1, 2, 5, 11, 40, 1_000]) {
    const client = new TestClient({}, []);
    const recorder = client.request();
    for (let at = 0; at < bytes.length; at += size) client.send(bytes.slice(at, at + size));
    expect([recorder.text, recorder.trailers]).toEqual(["abcdefgh", ["x", "1"]]);
  }
});

it("does not reset a stream whose head cannot be written: its server would end the connection", () => {
  const client = new TestClient();
  const stream = client.connection.createStream(new Recorder());
  expect(() => stream.respond(0, [...request, "x", "a\nb"])).toThrow(TypeError);
  stream.reset(ErrorCode.cancel);
  expect(client.send().filter(({ type }) => type === FrameType.rstStream)).toEqual([]);
  expect(client.connection.streams).toBe(0);
  const next = client.request();
  expect(client.send().map(({ type, streamId }) => [type, streamId])).toContainEqual([
    FrameType.headers,
    next.stream?.id,
  ]);
});

describe("a response that has come whole, and is not read yet", () => {
  const whole = (client: TestClient) => {
    const recorder = client.request();
    client.send(headers(1, ok));
    recorder.stream?.pause();
    client.send(data(1, "abc"), data(1, "def"), trailers(1, "x", "1"));
    return recorder;
  };

  it.each([
    ["is closed by the server", (client: TestClient) => client.connection.disconnected()],
    ["ends with an error", (client: TestClient) => client.send(goaway(3, 2))],
    ["is aborted", (client: TestClient) => client.connection.abort(ErrorCode.noError, "enough")],
  ])("is given out when its connection %s", async (_, end) => {
    const client = new TestClient();
    const recorder = whole(client);
    const cut = client.request();
    end(client);
    expect(cut.events).toEqual(["interrupted lost"]);
    expect(recorder.events).toEqual(["head 200"]);
    recorder.stream?.resume();
    await settled();
    expect([recorder.events, recorder.text]).toEqual([["head 200", "data", "end"], "abcdef"]);
    expect(recorder.trailers).toEqual(["x", "1"]);
  });

  it("is given out when its stream is reset, which is not answered", async () => {
    const client = new TestClient();
    const recorder = whole(client);
    client.send(rstStream(1, ErrorCode.noError));
    expect(client.connection.streams).toBe(0);
    recorder.stream?.resume();
    await settled();
    expect(recorder.events).toEqual(["head 200", "data", "end"]);
    expect(client.send()).toEqual([]);
  });

  it("is dropped when its caller gives up", async () => {
    const client = new TestClient();
    const recorder = whole(client);
    client.connection.disconnected();
    recorder.stream?.reset(ErrorCode.cancel);
    recorder.stream?.resume();
    await settled();
    expect(recorder.events).toEqual(["head 200"]);
  });
});

it("a connection that has no identifiers left says so, and closes behind its last stream", async () => {
  class ShortClient extends ClientConnection {
    protected override get lastOwnStreamId(): number {
      return 3;
    }
  }
  const host = new TestHost();
  let isDraining = false;
  const connection = new ShortClient(host, {
    draining: () => {
      isDraining = true;
    },
    closed: () => {},
  });
  connection.receive(concat(settings(), settingsAck));
  for (const isLast of [false, true]) {
    expect(connection.capacity).toBeGreaterThan(0);
    connection.createStream(new Recorder()).respond(0, request);
    await settled();
    expect(isDraining).toBe(isLast);
  }
  expect(connection.capacity).toBe(0);
  connection.flush();
  const sent = parseFrames(host.take().subarray(clientPreface.length));
  const order = sent.map(({ type }) => type).slice(-4);
  const { headers: head, goaway: announced, ping: asked } = FrameType;
  expect(order).toEqual([head, head, announced, asked]);
  const pong = sent.at(-1)?.payload ?? new Uint8Array(8);
  connection.receive(frame(FrameType.ping, Flag.ack, 0, pong));
  connection.receive(concat(headers(1, { ...ok, endsStream: true })));
  await settled();
  expect(host.isClosed).toBe(false);
  connection.receive(concat(headers(3, { ...ok, endsStream: true })));
  await settled();
  expect(host.isClosed).toBe(true);
});
