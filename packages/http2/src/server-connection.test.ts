import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { ErrorCode } from "./error-code.js";
import type { FieldList } from "./field.js";
import {
  concat,
  data,
  type Frame,
  frame,
  goaway,
  greeting,
  headers,
  literals,
  ping,
  postFields,
  rstStream,
  settings,
  settingsAck,
  uint32,
  windowUpdate,
} from "./fixtures/frames.js";
import type { Recorder } from "./fixtures/recorder.js";
import { echo, startServer, type TestServer } from "./fixtures/server.js";
import { goawayCode, resetCode } from "./fixtures/test-host.js";
import { Flag, FrameType, readUint32 } from "./frame.js";
import { HpackDecoder } from "./hpack-decoder.js";
import { MemoryPool } from "./memory-pool.js";
import { clientPreface } from "./preface.js";
import type { RequestHead } from "./request-head.js";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const post = (...more: string[]) => ({ fields: [...postFields, ...more] });
const isData = ({ type }: { type: number }) => type === FrameType.data;
const contentOf = (frames: readonly { type: number; payload: Uint8Array }[]) =>
  Buffer.concat(frames.filter(isData).map((each) => each.payload)).toString("latin1");

/** The header lists among frames. */
function headersOf(frames: readonly Frame[]): FieldList[] {
  return frames.filter(({ type }) => type === FrameType.headers).map(({ fields }) => fields ?? []);
}

describe("an exchange", () => {
  it("carries a request with trailers, and a response with trailers, in one write", async () => {
    const server = startServer({}, echo);
    const writes = server.host.writes;
    const trailers = frame(
      FrameType.headers,
      Flag.endHeaders | Flag.endStream,
      1,
      literals(["x-a", "1"]),
    );
    const frames = server.send(
      concat(headers(1, post("content-type", "text/plain")), data(1, "hello"), trailers),
    );
    expect(server.host.writes - writes).toBe(1);
    const [request] = server.requests as [Recorder];
    expect(request.events).toEqual(["data", "end"]);
    expect(request.trailers).toEqual(["x-a", "1"]);
    expect(request.request).toMatchObject({
      method: "POST",
      scheme: "http",
      path: "/test.v1.Service/Method",
      authority: "localhost",
      fields: ["content-type", "text/plain"],
    });
    expect(frames.map(({ type, flags }) => [type, flags])).toEqual([
      [FrameType.headers, Flag.endHeaders],
      [FrameType.data, 0],
      [FrameType.headers, Flag.endHeaders | Flag.endStream],
    ]);
    expect(headersOf(frames)).toEqual([
      [":status", "200", "content-type", "text/plain"],
      ["x-size", "5"],
    ]);
    expect(contentOf(frames)).toBe("hello");
    expect(server.connection.streams).toBe(0);
  });

  it("that goes on lets go of what its head shares with others, once", () => {
    const server = startServer();
    server.send(headers(1, { endsStream: true }), headers(3, { endsStream: true }));
    const [first, second] = server.requests as [Recorder, Recorder];
    second.stream?.respond(204, []);
    const kept = [first, second].map(({ request }) => vi.spyOn(request as RequestHead, "keep"));
    server.connection.tick();
    server.connection.tick();
    expect(kept.map((each) => each.mock.calls.length)).toEqual([1, 0]);
  });

  it("answers all that one chunk brought with one write", () => {
    const server = startServer({}, echo);
    const writes = server.host.writes;
    const requests = Array.from({ length: 50 }, (_, i) =>
      concat(headers(2 * i + 1), data(2 * i + 1, String(i), { endsStream: true })),
    );
    const frames = server.send(concat(...requests));
    expect(server.host.writes - writes).toBe(1);
    expect(contentOf(frames)).toBe(Array.from({ length: 50 }, (_, i) => i).join(""));
  });

  it("is the same wherever the bytes are cut", () => {
    const bytes = concat(
      greeting,
      headers(1),
      frame(FrameType.data, Flag.padded, 1, [2, 0x61, 0x62, 0, 0]),
      ping(),
      data(1, "cdef"),
      frame(FrameType.headers, Flag.endStream, 3, literals(postFields).slice(0, 7)),
      frame(FrameType.continuation, 0, 3),
      frame(FrameType.continuation, Flag.endHeaders, 3, literals(postFields).slice(7)),
      data(1, "g", { endsStream: true }),
    );
    const whole = startServer({}, echo, new Uint8Array(0));
    const expected = whole.send(bytes);
    for (const size of [1, 2, 3, 7, 24, 33, 50]) {
      const server = startServer({}, echo, new Uint8Array(0));
      const pieces = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
      expect(server.send(...pieces)).toEqual(expected);
      expect(server.requests.map(({ text }) => text)).toEqual(["abcdefg", ""]);
    }
  });

  it("gives content in place, and keeps its hands off it", () => {
    const server = startServer();
    const chunk = concat(headers(1), data(1, "hello", { endsStream: true }));
    let seen: Uint8Array | undefined;
    const send = server.connection.receive.bind(server.connection);
    server.send(headers(3));
    const receiver = server.requests[0]?.stream?.receiver;
    if (receiver) receiver.data = (bytes) => (seen = bytes);
    const piece = data(3, "whole", { endsStream: true });
    send(piece);
    expect(seen).toBe(piece);
    send(chunk.slice());
    expect(Buffer.from(piece).toString("latin1")).toContain("whole");
  });

  it("answers before the request is complete, and says that nobody reads the rest", () => {
    const server = startServer({}, ({ stream }) => {
      stream?.body.append(Buffer.from("no"));
      stream?.respond(403, []);
    });
    const frames = server.send(headers(1), data(1, "unread"));
    expect(frames.map(({ type }) => type)).toEqual([
      FrameType.headers,
      FrameType.data,
      FrameType.rstStream,
    ]);
    expect(resetCode(frames, 1)).toBe(ErrorCode.noError);
    expect(server.requests[0]?.events).toEqual([]);
    // What was on its way is ignored: content, trailers, a reset.
    const late = frame(FrameType.headers, 5, 1, literals(["x", "1"]));
    expect(server.send(data(1, "more"), late, rstStream(1, 0))).toEqual([]);
    expect(server.end).toBeUndefined();
  });

  it("gives a peer time to take an early answer in, and resets only what has not ended by then", () => {
    const server = startServer({}, ({ stream }) => stream?.respond(403, []));
    const waiting: (() => void)[] = [];
    server.host.waiting = waiting;
    const frames = server.send(headers(1), headers(3), headers(5), headers(7));
    expect(frames.map(({ type }) => type)).toEqual(Array(4).fill(FrameType.headers));
    expect(waiting).toHaveLength(1);
    const trailers = frame(FrameType.headers, 5, 5, literals(["x", "1"]));
    expect(server.send(data(3, "all", { endsStream: true }), trailers, rstStream(7, 8))).toEqual(
      [],
    );
    waiting[0]?.();
    server.connection.flush();
    expect(server.host.frames()).toMatchObject([{ type: FrameType.rstStream, streamId: 1 }]);
    server.send(headers(9));
    expect(waiting).toHaveLength(2);
  });

  it("sends 100 when asked to, and the final head behind it", () => {
    const server = startServer({}, ({ stream, request }) => {
      expect(request?.awaitsContinue).toBe(true);
      stream?.inform(100);
    });
    const frames = server.send(headers(1, post("expect", "100-continue")));
    expect(headersOf(frames)).toEqual([[":status", "100"]]);
    server.requests[0]?.stream?.respond(204, []);
    expect(headersOf(server.send())).toEqual([[":status", "204"]]);
  });

  it("sends a header list that is larger than a frame in several", () => {
    const value = "v".repeat(40_000);
    const server = startServer({}, ({ stream }) => stream?.respond(200, ["x-large", value]));
    const frames = server.send(headers(1, { endsStream: true }));
    expect(frames.map(({ type }) => type)).toEqual([1, 9, 9]);
    const block = Buffer.concat(frames.map(({ payload }) => payload));
    const decoder = new HpackDecoder({ listBytes: 100_000, fieldBytes: 100_000 });
    expect(decoder.decode(block, 0, block.length)).toEqual([":status", "200", "x-large", value]);
    expect(frames.map(({ flags }) => flags)).toEqual([Flag.endStream, 0, Flag.endHeaders]);
  });

  it("throws for a field that cannot be sent, before anything of it leaves", () => {
    const server = startServer();
    server.send(headers(1, { endsStream: true }));
    const stream = server.requests[0]?.stream;
    expect(() => stream?.respond(200, ["x-a", "a\nb"])).toThrow(TypeError);
    expect(server.send()).toEqual([]);
    stream?.respond(500, []);
    expect(headersOf(server.send())).toEqual([[":status", "500"]]);
  });
});

describe("a request that breaks the rules", () => {
  const refused = (fields: readonly string[]) => {
    const server = startServer({}, echo);
    const frames = server.send(headers(1, { fields, endsStream: true }));
    expect(server.requests).toEqual([]);
    expect(server.end).toBeUndefined();
    const next = server.send(headers(3, { endsStream: true }));
    expect(next[0]?.type).toBe(FrameType.headers);
    return resetCode(frames, 1);
  };
  const [method, scheme, path] = [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", "/a"],
  ] as const;

  it.each<[string, readonly string[]]>([
    ["without :method", [...scheme, ...path]],
    ["without :scheme", [...method, ...path]],
    ["without :path", [...method, ...scheme]],
    ["with an empty :path", [...method, ...scheme, ":path", ""]],
    ["with a :path that does not begin at the root", [...method, ...scheme, ":path", "a/b"]],
    ["with a space in :path", [...method, ...scheme, ":path", "/a b"]],
    ["with a fragment in :path", [...method, ...scheme, ":path", "/a#b"]],
    ["with a second host", [...method, ...scheme, ...path, "host", "a", "host", "b"]],
    ["with * that is no OPTIONS", [...method, ...scheme, ":path", "*"]],
    ["with a second :path", [...method, ...scheme, ...path, ...path]],
    ["with an unknown pseudo-header field", [...method, ...scheme, ...path, ":x", "1"]],
    ["with :protocol: extended CONNECT", [...method, ...scheme, ...path, ":protocol", "websocket"]],
    ["with a response's pseudo-header field", [...method, ...scheme, ...path, ":status", "200"]],
    ["with a pseudo-header field behind a regular one", [...method, ...scheme, "x", "1", ...path]],
    ["with a capital in a name", [...method, ...scheme, ...path, "X-a", "1"]],
    ["with a space in a name", [...method, ...scheme, ...path, "x a", "1"]],
    ["with an empty name", [...method, ...scheme, ...path, "", "1"]],
    ["with a line break in a value", [...method, ...scheme, ...path, "x", "a\r\nb"]],
    ["with a NUL in a value", [...method, ...scheme, ...path, "x", "a\0b"]],
    ["with a space before a value", [...method, ...scheme, ...path, "x", " a"]],
    ["with a line break in :path", [...method, ...scheme, ":path", "/a\nb"]],
    ["with connection", [...method, ...scheme, ...path, "connection", "close"]],
    ["with transfer-encoding", [...method, ...scheme, ...path, "transfer-encoding", "chunked"]],
    ["with upgrade", [...method, ...scheme, ...path, "upgrade", "h2c"]],
    ["with keep-alive", [...method, ...scheme, ...path, "keep-alive", "1"]],
    ["with proxy-connection", [...method, ...scheme, ...path, "proxy-connection", "1"]],
    ["with te that is not trailers", [...method, ...scheme, ...path, "te", "gzip"]],
    [
      "with two content-lengths",
      [...method, ...scheme, ...path, "content-length", "0", "content-length", "1"],
    ],
    ["with a signed content-length", [...method, ...scheme, ...path, "content-length", "+1"]],
    ["with content-length and no content", [...method, ...scheme, ...path, "content-length", "1"]],
    ["with CONNECT and a path", [":method", "CONNECT", ":authority", "a:1", ...scheme, ...path]],
  ])("%s ends its stream alone", (_, fields) => {
    expect(refused(fields)).toBe(ErrorCode.protocolError);
  });

  it("gets 501 for CONNECT", () => {
    const server = startServer();
    const fields = [":method", "CONNECT", ":authority", "a:1"];
    const frames = server.send(headers(1, { fields }));
    expect(headersOf(frames)[0]?.slice(0, 2)).toEqual([":status", "501"]);
    expect(server.requests).toEqual([]);
  });

  it("ends its stream when its content is longer or shorter than content-length", () => {
    for (const frames of [
      [data(1, "abcd", { endsStream: true })],
      [data(1, "ab", { endsStream: true })],
      [data(1, "ab"), data(1, "cd")],
      [data(1, "ab"), frame(FrameType.headers, 5, 1, literals(["x", "1"]))],
    ]) {
      const server = startServer({}, echo);
      server.send(headers(1, post("content-length", "3")));
      expect(resetCode(server.send(...frames), 1)).toBe(ErrorCode.protocolError);
      expect(server.requests[0]?.events.at(-1)).toBe("interrupted malformed");
    }
  });

  it("ends its stream for trailers with a pseudo-header field, or that do not end it", () => {
    for (const trailers of [
      frame(FrameType.headers, Flag.endHeaders | Flag.endStream, 1, literals([":path", "/"])),
      frame(FrameType.headers, Flag.endHeaders, 1, literals(["x", "1"])),
    ]) {
      const server = startServer({}, echo);
      expect(resetCode(server.send(headers(1), trailers), 1)).toBe(ErrorCode.protocolError);
    }
  });

  it("is answered with 431 past the limits, unheard, and the connection goes on", () => {
    const at = (size: number) => {
      const server = startServer({ headerListBytes: 2_000, headerFieldBytes: 1_000 }, echo);
      const frames = server.send(
        headers(1, { ...post("x", "v".repeat(size - 1)), endsStream: true }),
      );
      const heard = server.requests.length;
      expect(headersOf(server.send(headers(3, { endsStream: true })))[0]?.[1]).toBe("200");
      return [headersOf(frames)[0]?.[1], heard];
    };
    expect(at(999)).toEqual(["200", 1]);
    expect(at(1_000)).toEqual(["200", 1]);
    expect(at(1_001)).toEqual(["431", 0]);
    const many = startServer({ headerListBytes: 500 }, echo);
    const fields = [...postFields, ...Array.from({ length: 20 }, () => ["x", "1"]).flat()];
    const frames = many.send(headers(1, { fields }));
    expect(headersOf(frames)[0]?.[1]).toBe("431");
    expect(contentOf(frames)).toContain("500 bytes");
  });
});

describe("a frame that breaks the rules", () => {
  const { protocolError, frameSizeError, flowControlError, streamClosed, compressionError } =
    ErrorCode;

  it.each<[string, number, readonly Uint8Array[]]>([
    ["DATA on stream 0", protocolError, [data(0, "a")]],
    ["DATA on an idle stream", protocolError, [data(1, "a")]],
    ["HEADERS on stream 0", protocolError, [headers(0)]],
    ["HEADERS on an even stream", protocolError, [headers(2)]],
    ["HEADERS on an earlier stream", streamClosed, [headers(5, { endsStream: true }), headers(3)]],
    ["RST_STREAM on an idle stream", protocolError, [rstStream(1, 0)]],
    ["RST_STREAM of 3 bytes", frameSizeError, [headers(1), frame(3, 0, 1, [0, 0, 0])]],
    ["PRIORITY on stream 0", protocolError, [frame(2, 0, 0, [0, 0, 0, 0, 0])]],
    ["SETTINGS on a stream", protocolError, [frame(4, 0, 1)]],
    ["SETTINGS of 5 bytes", frameSizeError, [frame(4, 0, 0, [0, 0, 0, 0, 0])]],
    ["SETTINGS with ACK and a payload", frameSizeError, [frame(4, 1, 0, [0, 0, 0, 0, 0, 0])]],
    ["ENABLE_PUSH of 2", protocolError, [settings([[2, 2]])]],
    ["INITIAL_WINDOW_SIZE of 2^31", flowControlError, [settings([[4, 0x8000_0000]])]],
    ["MAX_FRAME_SIZE of 16383", protocolError, [settings([[5, 16_383]])]],
    ["MAX_FRAME_SIZE of 2^24", protocolError, [settings([[5, 1 << 24]])]],
    ["PUSH_PROMISE", protocolError, [headers(1), frame(5, 4, 1, uint32(2))]],
    ["PING on a stream", protocolError, [frame(6, 0, 1, new Uint8Array(8))]],
    ["PING of 7 bytes", frameSizeError, [frame(6, 0, 0, new Uint8Array(7))]],
    ["GOAWAY on a stream", protocolError, [frame(7, 0, 1, new Uint8Array(8))]],
    ["GOAWAY of 7 bytes", frameSizeError, [frame(7, 0, 0, new Uint8Array(7))]],
    ["WINDOW_UPDATE of 3 bytes", frameSizeError, [frame(8, 0, 0, [0, 0, 1])]],
    ["WINDOW_UPDATE of 0 on the connection", protocolError, [windowUpdate(0, 0)]],
    ["WINDOW_UPDATE on an idle stream", protocolError, [windowUpdate(1, 1)]],
    ["a window past 2^31-1", flowControlError, [windowUpdate(0, 0x7fff_ffff)]],
    ["CONTINUATION without HEADERS", protocolError, [frame(9, 4, 1)]],
    ["another frame within a header block", protocolError, [frame(1, 0, 1), ping()]],
    ["CONTINUATION of another stream", protocolError, [frame(1, 0, 1), frame(9, 4, 3)]],
    ["padding that is longer than DATA", protocolError, [headers(1), frame(0, 8, 1, [1])]],
    ["padding that is longer than HEADERS", protocolError, [frame(1, 12, 1, [9, 0x82])]],
    ["HEADERS without room for their priority", frameSizeError, [frame(1, 0x24, 1, [0])]],
    ["a header block that cannot be decoded", compressionError, [frame(1, 4, 1, [0x80])]],
    ["a frame past the limit", frameSizeError, [data(1, new Uint8Array(16_385))]],
  ])("%s ends the connection with code %i", (_, code, bytes) => {
    const server = startServer();
    const frames = server.send(...bytes);
    expect(goawayCode(frames)).toBe(code);
    expect(server.host.isClosed).toBe(true);
    expect(server.end?.error?.code).toBe(code);
    expect(server.connection.streams).toBe(0);
    expect(server.send(headers(9, { endsStream: true }))).toEqual([]);
  });

  it.each<[string, number, readonly Uint8Array[]]>([
    ["WINDOW_UPDATE of 0", protocolError, [windowUpdate(1, 0)]],
    ["a window past 2^31-1", flowControlError, [windowUpdate(1, 0x7fff_ffff)]],
    ["PRIORITY of 4 bytes", frameSizeError, [frame(2, 0, 1, [0, 0, 0, 0])]],
    ["PRIORITY that depends on itself", protocolError, [frame(2, 0, 1, [0, 0, 0, 1, 0])]],
    ["DATA behind END_STREAM", streamClosed, [data(1, "", { endsStream: true }), data(1, "a")]],
    [
      "HEADERS behind END_STREAM",
      streamClosed,
      [data(1, "", { endsStream: true }), frame(1, 5, 1, literals(["x", "1"]))],
    ],
  ])("%s on a stream ends that stream with code %i", (_, code, bytes) => {
    const server = startServer();
    server.send(headers(1));
    expect(resetCode(server.send(...bytes), 1)).toBe(code);
    expect(server.requests[0]?.events.at(-1)).toBe("interrupted malformed");
    expect(server.end).toBeUndefined();
    expect(server.connection.streams).toBe(0);
  });

  it("a preface that is none ends the connection at the first wrong byte", () => {
    const server = startServer({}, echo, new Uint8Array(0));
    expect(goawayCode(server.send(Buffer.from("GET / HTTP/1.1")))).toBe(protocolError);
    const late = startServer({}, echo, new Uint8Array(0));
    late.send(clientPreface.slice(0, 20));
    expect(late.end).toBeUndefined();
    expect(goawayCode(late.send(Buffer.from("x")))).toBe(protocolError);
  });

  it("a preface without SETTINGS behind it ends the connection", () => {
    for (const first of [ping(), settingsAck, headers(1)]) {
      const server = startServer({}, echo, new Uint8Array(0));
      expect(goawayCode(server.send(clientPreface, first))).toBe(protocolError);
    }
  });

  it("unknown frames, flags and settings are ignored", () => {
    const server = startServer({}, echo);
    const frames = server.send(
      frame(0x7f, 0xff, 0, [1, 2, 3]),
      settings([[0x99, 7]]),
      frame(FrameType.headers, 0xd0 | 5, 1, literals(postFields)),
    );
    expect(headersOf(frames)[0]?.[1]).toBe("200");
  });

  it("PRIORITY is ignored on a stream, on an idle one, and in HEADERS", () => {
    const server = startServer({}, echo);
    const priority = frame(FrameType.priority, 0, 1, [0x80, 0, 0, 9, 200]);
    const payload = concat([0, 0, 0, 9, 1], literals(postFields));
    const frames = server.send(priority, frame(FrameType.headers, 0x25, 1, payload), priority);
    expect(headersOf(frames)[0]?.[1]).toBe("200");
  });
});

describe("flow control", () => {
  const window = (bytes: number) => settings([[4, bytes]]);

  it("sends what the windows allow, and the rest as they open", () => {
    const server = startServer({}, ({ stream }) => {
      stream?.body.append(new Uint8Array(1_000).fill(0x61));
      stream?.respond(200, [], ["x", "1"]);
    });
    expect(contentOf(server.send(window(10), headers(1, { endsStream: true })))).toHaveLength(10);
    expect(contentOf(server.send(windowUpdate(1, 90)))).toHaveLength(90);
    const rest = server.send(windowUpdate(1, 10_000));
    expect(contentOf(rest)).toHaveLength(900);
    expect(rest.at(-1)?.type).toBe(FrameType.headers);
    expect(server.connection.streams).toBe(0);
  });

  it("keeps to the connection's window over all streams, and serves them in turn", () => {
    const server = startServer({}, ({ stream }) => {
      stream?.body.append(new Uint8Array(200_000));
      stream?.respond(200, []);
    });
    const requests = [1, 3, 5].map((id) => headers(id, { endsStream: true }));
    const first = server.send(window(1_000_000), ...requests);
    expect(contentOf(first)).toHaveLength(65_535);
    const second = server.send(windowUpdate(0, 400_000)).filter(isData);
    expect(new Set(second.map(({ streamId }) => streamId))).toEqual(new Set([1, 3, 5]));
    expect(contentOf(second)).toHaveLength(400_000);
    expect(contentOf(server.send(windowUpdate(0, 400_000)))).toHaveLength(600_000 - 465_535);
    expect(server.connection.streams).toBe(0);
  });

  it("follows SETTINGS that change in flight: windows below zero, frame size, table size", () => {
    const server = startServer({}, ({ stream }) => {
      stream?.body.append(new Uint8Array(60_000));
      stream?.respond(200, ["x-a", "1"]);
    });
    const first = server.send(window(30_000), headers(1, { endsStream: true }));
    expect(contentOf(first)).toHaveLength(30_000);
    expect(server.send(window(0)).filter(isData)).toEqual([]);
    expect(server.send(windowUpdate(1, 30_000)).filter(isData)).toEqual([]);
    expect(contentOf(server.send(windowUpdate(1, 1)))).toHaveLength(1);
    const large = server
      .send(
        settings([
          [4, 29_999],
          [5, 65_536],
        ]),
      )
      .filter(isData);
    expect(large.map(({ payload }) => payload.length)).toEqual([29_999]);
    const table = server.send(settings([[1, 0]]), headers(3, { endsStream: true }));
    expect(table.find(({ type }) => type === FrameType.headers)?.payload[0]).toBe(0x20);
  });

  it("ends the connection for SETTINGS that make a window too large", () => {
    const server = startServer();
    const frames = server.send(headers(1), windowUpdate(1, 0x7fff_ffff - 65_535), window(65_536));
    expect(goawayCode(frames)).toBe(ErrorCode.flowControlError);
  });

  it("gives credit back as content is taken, and not before, when the reader pauses", async () => {
    const server = startServer({ streamWindowBytes: 65_536, maxStreamWindowBytes: 65_536 });
    server.send(headers(1));
    const [request] = server.requests as [Recorder];
    request.stream?.pause();
    const credit = (frames: readonly { type: number; streamId: number }[]) =>
      frames.filter((each) => each.type === FrameType.windowUpdate && each.streamId === 1).length;
    let frames = server.send(...Array.from({ length: 4 }, () => data(1, new Uint8Array(16_384))));
    expect(credit(frames)).toBe(0);
    expect(request.events).toEqual([]);
    request.stream?.resume();
    expect(request.events).toEqual([]);
    await settled();
    expect(request.bytes).toBe(65_536);
    frames = server.send();
    expect(credit(frames)).toBe(2);
  });

  it("gives a reader that pauses within a frame no more credit than its window", async () => {
    const window = 65_536;
    const pool = new MemoryPool(1_000_000);
    const server = startServer({ streamWindowBytes: window, maxStreamWindowBytes: window, pool });
    server.send(headers(1));
    const [request] = server.requests as [Recorder];
    request.onEvent = () => request.stream?.pause();
    const updates = (frames: ReturnType<TestServer["send"]>) =>
      frames
        .filter(({ type, streamId }) => type === FrameType.windowUpdate && streamId === 1)
        .reduce((sum, { payload }) => sum + readUint32(payload, 0), 0);
    const piece = data(1, new Uint8Array(16_000));
    let credit = window - 48_000;
    // A piece is delivered, and its reader pauses: the rest of the frame waits, and so does the next one.
    credit += updates(server.send(piece.subarray(0, 2_000), piece.subarray(2_000), piece, piece));
    expect(request.bytes).toBe(2_000 - 9);
    expect(pool.used).toBe(48_000 - request.bytes);
    expect(credit).toBe(window - 48_000);
    // It goes on, and pauses at each piece.
    for (let i = 0; i < 3; i++) {
      request.stream?.resume();
      await settled();
      credit += updates(server.send());
    }
    expect(request.bytes).toBe(48_000);
    expect(credit).toBeLessThanOrEqual(window);
    expect(pool.used).toBe(0);
  });

  it("counts a reader that goes on within a frame no memory for what it is given at once", async () => {
    const pool = new MemoryPool(1_000_000);
    const server = startServer({ pool, partialBytes: 200_000 });
    server.send(headers(1));
    const [request] = server.requests as [Recorder];
    const piece = data(1, new Uint8Array(16_000));
    for (let i = 0; i < 20; i++) {
      request.stream?.pause();
      server.send(piece.subarray(0, 2_000));
      request.stream?.resume();
      await settled();
      server.send(piece.subarray(2_000));
      expect(pool.used).toBe(0);
    }
    expect(request.bytes).toBe(320_000);
  });

  it("ends a stream, or the connection, for content beyond its window", () => {
    const piece = data(1, new Uint8Array(16_384));
    const stream = startServer({ streamWindowBytes: 65_536, maxStreamWindowBytes: 65_536 });
    stream.send(headers(1));
    stream.requests[0]?.stream?.pause();
    for (let i = 0; i < 4; i++) expect(resetCode(stream.send(piece), 1)).toBeUndefined();
    expect(resetCode(stream.send(piece), 1)).toBe(ErrorCode.flowControlError);

    const connection = startServer({ maxWindowBytes: 65_535 });
    connection.send(headers(1));
    const bytes = concat(piece, piece, piece, piece);
    // Without a chance to send WINDOW_UPDATE: half of the window is given back at half of it.
    expect(goawayCode(connection.send(bytes, bytes, bytes))).toBeUndefined();
  });

  it("widens windows with use, up to their bounds, and narrows none", () => {
    const server = startServer({ maxWindowBytes: 262_144, maxStreamWindowBytes: 524_288 });
    server.send(headers(1));
    let opened = 0;
    for (let i = 0; i < 100; i++) {
      for (const each of server.send(data(1, new Uint8Array(16_384)))) {
        if (each.type === FrameType.windowUpdate && each.streamId === 0) {
          opened += readUint32(each.payload, 0);
        }
      }
    }
    const credit = 65_535 + opened - 100 * 16_384;
    expect(credit).toBeGreaterThan(131_072);
    expect(credit).toBeLessThanOrEqual(262_144);
  });

  it("puts what streams flush within a tick into a frame for each, and their ends behind it", () => {
    const server = startServer();
    server.send(headers(1, { endsStream: true }), headers(3, { endsStream: true }));
    const streams = server.requests.map(({ stream }) => stream);
    for (const stream of streams) stream?.start(200, []);
    server.send();
    for (const text of ["a", "b", "c"]) {
      for (const stream of streams) {
        stream?.body.append(Buffer.from(text));
        expect(stream?.flush()).toBe(true);
      }
    }
    streams[1]?.body.append(Buffer.from("d"));
    streams[1]?.end([]);
    expect(server.host.isScheduled).toBe(true);
    const frames = server.send();
    expect(frames.map(({ streamId, flags }) => [streamId, flags])).toEqual([
      [3, 1],
      [1, 0],
    ]);
    expect(contentOf(frames)).toBe("abcdabc");
    streams[0]?.body.append(Buffer.from("e"));
    streams[0]?.flush();
    streams[0]?.end(["x-end", "1"]);
    expect(server.send().map(({ type }) => type)).toEqual([FrameType.data, FrameType.headers]);
    expect(server.connection.streams).toBe(0);
  });

  it("keeps what was gathered in order through full frames, large pieces, shut windows and resets", () => {
    const server = startServer();
    server.send(window(40_000), headers(1, { endsStream: true }), headers(3, { endsStream: true }));
    const [stream, given] = server.requests.map((request) => request.stream);
    stream?.start(200, []);
    given?.start(200, []);
    let wanted = "";
    for (let i = 0; wanted.length < 60_000; i++) {
      const piece = String(i).repeat(i % 50 === 7 ? 3_000 : 10);
      wanted += piece;
      stream?.body.append(Buffer.from(piece));
      stream?.flush();
    }
    given?.body.append(Buffer.from("never sent"));
    given?.flush();
    server.connection.receive(rstStream(3, 8));
    stream?.end([]);
    const frames = server.send();
    expect(frames.every(({ payload }) => payload.length <= 16_384)).toBe(true);
    expect(frames.filter(({ type }) => type === FrameType.data).length).toBeLessThan(12);
    const first = contentOf(frames);
    expect(first).toHaveLength(40_000);
    const rest = contentOf(server.send(windowUpdate(1, 100_000)));
    expect(first + rest).toBe(wanted);
    expect(server.connection.streams).toBe(0);
  });

  it("tells a writer to wait, once, and to go on, once", () => {
    const server = startServer();
    server.send(headers(1, { endsStream: true }));
    const [request] = server.requests as [Recorder];
    const stream = request.stream;
    stream?.start(200, []);
    const write = (bytes: number) => {
      stream?.body.append(new Uint8Array(bytes));
      return stream?.flush();
    };
    expect(write(65_535)).toBe(true);
    expect(write(65_536)).toBe(true);
    expect(write(1)).toBe(false);
    expect(write(1)).toBe(false);
    server.send(windowUpdate(1, 1_000_000), windowUpdate(0, 20_000));
    expect(request.drains).toBe(0);
    server.send(windowUpdate(0, 20_000));
    expect(request.drains).toBe(1);
    server.send(windowUpdate(0, 1_000_000));
    expect(request.drains).toBe(1);
  });

  it("ends a message once when its writer ends it on being told of room", () => {
    const server = startServer();
    server.send(window(1_000_000), headers(1, { endsStream: true }));
    const [request] = server.requests as [Recorder];
    const { stream } = request;
    stream?.start(200, []);
    stream?.body.append(new Uint8Array(140_000));
    expect(stream?.flush()).toBe(false);
    request.onEvent = () => {
      stream?.body.append(new Uint8Array(100));
      stream?.end();
    };
    // What is left after a turn of 64 KiB is little enough to ask for more.
    const frames = server.send(windowUpdate(0, 1_000_000));
    expect(contentOf(frames)).toHaveLength(140_100);
    expect(frames.filter(({ type, flags }) => type === FrameType.data && flags === 1)).toHaveLength(
      1,
    );
    expect(request.drains).toBe(1);
  });

  it("keeps content in its streams while the socket is slow; frames without content leave", () => {
    const server = startServer();
    server.send(headers(1, { endsStream: true }), headers(3, { endsStream: true }));
    const [first, second] = server.requests as [Recorder, Recorder];
    first.stream?.start(200, []);
    server.host.isCongested = true;
    first.stream?.body.append(Buffer.from("before"));
    expect(first.stream?.flush()).toBe(true);
    expect(contentOf(server.send())).toBe("before");
    first.stream?.body.append(Buffer.from("after"));
    expect(first.stream?.flush()).toBe(false);
    second.stream?.body.append(Buffer.from("second"));
    second.stream?.respond(200, []);
    const frames = server.send(ping());
    expect(frames.map(({ type }) => type)).toEqual([FrameType.headers, FrameType.ping]);
    server.host.isCongested = false;
    server.connection.drained();
    expect(contentOf(server.send())).toBe("aftersecond");
    expect(first.drains).toBe(1);
  });

  it("sends all of a long answer to a peer that takes it, though the host never says that it has room", () => {
    const bytes = 300_000;
    const server = startServer({}, ({ stream }) => {
      stream?.body.append(new Uint8Array(bytes));
      stream?.respond(200, []);
    });
    server.send(window(0x7fff_ffff), windowUpdate(0, 0x4000_0000));
    expect(contentOf(server.send(headers(1, { endsStream: true })))).toHaveLength(bytes);
    expect(server.connection.streams).toBe(0);
  });

  it("holds requests back while too much waits for the peer, and takes them up again", async () => {
    const server = startServer({ queuedBytes: 1_000 }, (request) => {
      request.onEvent = (event) => {
        if (event !== "end") return;
        request.stream?.body.append(new Uint8Array(2_000));
        request.stream?.respond(200, []);
      };
    });
    server.send(window(0), headers(1, { endsStream: true }), headers(3, { endsStream: true }));
    server.send(headers(5), data(5, "held", { endsStream: true }));
    expect(server.requests).toHaveLength(1);
    server.send(windowUpdate(1, 2_000));
    await settled();
    expect(server.requests).toHaveLength(2);
    server.send(windowUpdate(3, 2_000));
    await settled();
    server.send(windowUpdate(5, 3_000));
    await settled();
    expect(server.requests[2]?.text).toBe("held");
    server.send();
    expect(server.connection.streams).toBe(0);
  });

  it("keeps nothing of requests that are reset while they are held back", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const held = async () => {
      await settled();
      collect();
      await settled();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const server = startServer({ queuedBytes: 1_000 }, (request) => {
      request.stream?.body.append(new Uint8Array(2_000));
      request.stream?.respond(200, []);
    });
    server.send(window(0), headers(1, { endsStream: true }));
    const before = await held();
    for (let id = 3; id < 1_603; id += 2) {
      const value = String(id).padEnd(7_000, "x");
      server.send(headers(id, post("x-a", value, "x-b", value)));
      server.send(rstStream(id, ErrorCode.cancel));
    }
    expect(server.requests).toHaveLength(1);
    // All of them are 11 MB.
    expect((await held()) - before).toBeLessThan(3_000_000);
    server.send(headers(1_603), windowUpdate(1, 2_000));
    await settled();
    expect(server.requests).toHaveLength(2);
  });
});

describe("a stream that is given up", () => {
  it.each<[string, readonly Uint8Array[], (request: Recorder) => void]>([
    ["before anything else", [], () => {}],
    ["with content under way", [data(1, "abc")], () => {}],
    ["when all of it has come", [data(1, "abc", { endsStream: true })], () => {}],
    ["while it is paused", [data(1, "abc")], ({ stream }) => stream?.pause()],
    [
      "in the middle of its response",
      [data(1, "abc", { endsStream: true })],
      ({ stream }) => {
        stream?.start(200, []);
        stream?.body.append(new Uint8Array(100_000));
        stream?.flush();
      },
    ],
  ])("%s interrupts its receiver, and leaves nothing behind", (_, before, prepare) => {
    const server = startServer({}, prepare);
    server.send(headers(1), ...before);
    server.send(rstStream(1, ErrorCode.cancel));
    const [request] = server.requests as [Recorder];
    expect(request.interruption).toMatchObject({ cause: "reset", code: ErrorCode.cancel });
    expect(server.connection.streams).toBe(0);
    const { stream } = request;
    stream?.body.append(new Uint8Array(10));
    stream?.respond(200, []);
    expect(stream?.flush()).toBe(true);
    stream?.end(["x", "1"]);
    stream?.pause();
    stream?.resume();
    stream?.reset(ErrorCode.cancel);
    expect(server.send()).toEqual([]);
    server.send(headers(3, { endsStream: true }));
    expect(server.requests).toHaveLength(2);
  });

  it("by this side is reset, and what was on its way is ignored", () => {
    const server = startServer();
    server.send(headers(1));
    const [request] = server.requests as [Recorder];
    request.stream?.reset(ErrorCode.internalError);
    expect(resetCode(server.send(), 1)).toBe(ErrorCode.internalError);
    const late = frame(FrameType.headers, 5, 1, literals(["x", "1"]));
    expect(server.send(data(1, "late"), windowUpdate(1, 5), late, rstStream(1, 8))).toEqual([]);
    expect(request.events).toEqual([]);
    expect(server.end).toBeUndefined();
  });

  it("takes trailers that crossed the reset once, and no more", () => {
    const server = startServer();
    server.send(headers(1));
    server.requests[0]?.stream?.reset(ErrorCode.cancel);
    server.send();
    const late = frame(FrameType.headers, 5, 1, literals(["x", "1"]));
    expect(server.send(late)).toEqual([]);
    expect(goawayCode(server.send(late))).toBe(ErrorCode.streamClosed);
  });

  it("keeps the tables of both sides the same when its trailers are ignored", () => {
    const server = startServer({}, echo);
    server.send(headers(1));
    server.requests[0]?.stream?.reset(ErrorCode.cancel);
    const learned = Uint8Array.from([0x40, 3, 0x78, 0x2d, 0x61, 1, 0x31]);
    server.send(frame(FrameType.headers, 5, 1, learned));
    server.send(frame(FrameType.headers, 5, 3, concat(literals(postFields), [0xbe])));
    expect(server.requests[1]?.request?.fields).toEqual(["x-a", "1"]);
  });

  it("past the number that is allowed is refused, and may be repeated", () => {
    const server = startServer({ streams: 2 }, echo);
    server.send(headers(1), headers(3));
    expect(resetCode(server.send(headers(5)), 5)).toBe(ErrorCode.refusedStream);
    server.send(data(1, "", { endsStream: true }));
    expect(headersOf(server.send(headers(7, { endsStream: true }))).length).toBeGreaterThan(0);
  });
});

describe("the end of a connection", () => {
  const goaways = (frames: readonly { type: number; payload: Uint8Array }[]) =>
    frames.filter(({ type }) => type === FrameType.goaway).map((g) => readUint32(g.payload, 0));
  const pingOf = (frames: readonly { type: number; payload: Uint8Array }[]) =>
    frame(
      FrameType.ping,
      Flag.ack,
      0,
      frames.find(({ type }) => type === FrameType.ping)?.payload ?? [],
    );

  it("in order: announced, crossing streams taken, then refused, open ones finished", async () => {
    const server = startServer({}, echo);
    server.send(headers(1));
    server.connection.drain();
    const announced = server.send();
    expect(goaways(announced)).toEqual([0x7fff_ffff]);
    server.send(headers(3));
    expect(goaways(server.send(pingOf(announced)))).toEqual([3]);
    server.send(headers(5, { endsStream: true }), data(1, "a", { endsStream: true }));
    expect(server.requests).toHaveLength(2);
    await settled();
    expect(server.host.isClosed).toBe(false);
    const last = server.send(data(3, "b", { endsStream: true }));
    expect(contentOf(last)).toBe("b");
    await settled();
    expect(server.host.isClosed).toBe(true);
    expect(server.end).toEqual({ error: undefined });
  });

  it("comes a second after the announcement at the latest, whatever the peer answers", async () => {
    const server = startServer();
    server.connection.drain();
    server.host.time = 999;
    server.connection.tick();
    await settled();
    expect(server.host.isClosed).toBe(false);
    server.host.time = 1_000;
    server.connection.tick();
    await settled();
    expect(server.host.isClosed).toBe(true);
  });

  it("interrupts every stream when the host is gone, or this side aborts", () => {
    for (const abort of [false, true]) {
      const server = startServer();
      server.send(headers(1), headers(3, { endsStream: true }));
      if (abort) server.connection.abort(ErrorCode.internalError, "stop");
      else server.connection.disconnected();
      for (const request of server.requests) expect(request.interruption?.cause).toBe("lost");
      expect(server.connection.streams).toBe(0);
      expect(goawayCode(server.host.frames())).toBe(abort ? 2 : undefined);
    }
  });

  it("does not come from a client's GOAWAY while its streams are open", () => {
    const server = startServer({}, echo);
    server.send(headers(1), goaway(0, 0));
    const frames = server.send(data(1, "a", { endsStream: true }));
    expect(contentOf(frames)).toBe("a");
  });

  it("comes from a fault of this side, which is not told to the peer in words", () => {
    const server = startServer({}, () => {
      throw new Error("secret");
    });
    const frames = server.send(headers(1));
    expect(goawayCode(frames)).toBe(ErrorCode.internalError);
    expect(Buffer.from(frames.at(-1)?.payload ?? []).toString()).not.toContain("secret");
    expect(server.end?.error?.cause).toMatchObject({ message: "secret" });
  });
});

describe("time limits", () => {
  const at = (server: ReturnType<typeof startServer>, time: number) => {
    server.host.time = time;
    server.connection.tick();
    return server.send();
  };

  it("end a connection without a preface, without SETTINGS or their acknowledgement", () => {
    for (const hello of [
      clientPreface.slice(0, 3),
      clientPreface,
      concat(clientPreface, settings()),
    ]) {
      const server = startServer({}, echo, hello);
      at(server, 9_999);
      expect(server.end).toBeUndefined();
      expect(goawayCode(at(server, 10_000))).toBe(ErrorCode.settingsTimeout);
    }
    const greeted = startServer();
    at(greeted, 10_000);
    expect(greeted.end).toBeUndefined();
  });

  it("end a connection whose header block does not end", () => {
    const server = startServer();
    server.host.time = 50_000;
    server.send(frame(FrameType.headers, 0, 1, [0x82]));
    at(server, 59_999);
    expect(server.end).toBeUndefined();
    expect(goawayCode(at(server, 60_000))).toBe(ErrorCode.enhanceYourCalm);
  });

  it("end a stream whose peer takes nothing, and not one that moves", () => {
    const server = startServer({}, ({ stream }) => {
      stream?.start(200, []);
      stream?.body.append(new Uint8Array(100_000));
      stream?.flush();
    });
    server.send(
      settings([[4, 10]]),
      headers(1, { endsStream: true }),
      headers(3, { endsStream: true }),
    );
    at(server, 10);
    server.send(windowUpdate(3, 10));
    at(server, 30_000);
    expect(resetCode(at(server, 60_010), 1)).toBe(ErrorCode.cancel);
    expect(server.requests[0]?.interruption?.cause).toBe("stalled");
    expect(server.requests[1]?.interruption).toBeUndefined();
    expect(resetCode(at(server, 90_010), 3)).toBe(ErrorCode.cancel);
    expect(server.connection.streams).toBe(0);
  });

  it("end a request whose content does not come, unless its reader pauses", () => {
    const server = startServer();
    server.send(headers(1), headers(3));
    server.requests[1]?.stream?.pause();
    at(server, 1);
    at(server, 60_001);
    expect(server.requests[0]?.interruption?.cause).toBe("stalled");
    expect(server.requests[1]?.interruption).toBeUndefined();
  });

  it("close a connection that is idle, and not one with a stream", async () => {
    const server = startServer({ idleTimeoutMs: 1_000 });
    server.send(headers(1));
    at(server, 5_000);
    expect(server.connection.isDraining).toBe(false);
    server.send(rstStream(1, 8));
    at(server, 5_000);
    at(server, 5_999);
    expect(server.connection.isDraining).toBe(false);
    at(server, 6_000);
    expect(server.connection.isDraining).toBe(true);
  });

  it("ask a silent peer for a sign of life, and end the connection without one", () => {
    const server = startServer({ keepaliveMs: 1_000, keepaliveTimeoutMs: 500 });
    at(server, 0);
    expect(at(server, 999)).toEqual([]);
    expect(at(server, 1_000).map(({ type }) => type)).toEqual([FrameType.ping]);
    expect(at(server, 1_400)).toEqual([]);
    expect(goawayCode(at(server, 1_500))).toBe(ErrorCode.noError);
    const alive = startServer({ keepaliveMs: 1_000, keepaliveTimeoutMs: 500 });
    at(alive, 0);
    at(alive, 1_000);
    alive.send(settings());
    at(alive, 1_500);
    expect(alive.end).toBeUndefined();
  });

  it("measure round trips by pings", () => {
    const server = startServer();
    let roundTripMs = -1;
    server.connection.ping((ms) => {
      roundTripMs = ms;
    });
    const [sent] = server.send();
    server.host.time = 12;
    server.send(frame(FrameType.ping, Flag.ack, 0, [1, 2, 3, 4, 5, 6, 7, 8]));
    expect(roundTripMs).toBe(-1);
    server.send(frame(FrameType.ping, Flag.ack, 0, sent?.payload ?? []));
    expect(roundTripMs).toBe(12);
  });
});

it("lets receivers answer when this side aborts, before the connection ends", () => {
  const server = startServer();
  server.send(headers(1));
  const [request] = server.requests as [Recorder];
  request.onEvent = () => request.stream?.respond(503, []);
  server.connection.interruptAll("stop");
  server.connection.abort(ErrorCode.noError, "stop");
  expect(request.events).toEqual(["interrupted aborted"]);
  expect(headersOf(server.send())).toEqual([[":status", "503"]]);
});

it("lets the receiver of a stalled request answer, and resets the stream if it does not", () => {
  const server = startServer();
  server.send(headers(1), headers(3));
  const [request] = server.requests as [Recorder];
  request.onEvent = () => request.stream?.respond(408, []);
  server.connection.tick();
  server.host.time = 60_000;
  server.connection.tick();
  const frames = server.send();
  expect(headersOf(frames)).toEqual([[":status", "408"]]);
  expect([resetCode(frames, 1), resetCode(frames, 3)]).toEqual([0, 8]);
  expect(server.connection.streams).toBe(0);
});

it("does not take silence for a stall where the exchange rests", () => {
  const server = startServer();
  server.send(headers(1));
  const receiver = server.requests[0]?.stream?.receiver;
  if (receiver) receiver.isResting = () => true;
  server.connection.tick();
  server.host.time = 120_000;
  server.connection.tick();
  expect(server.requests[0]?.events).toEqual([]);
});
