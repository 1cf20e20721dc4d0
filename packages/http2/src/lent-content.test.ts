import { describe, expect, it } from "vitest";
import { ErrorCode } from "./error-code.js";
import { data, frame, greeting, headers, ping, rstStream } from "./fixtures/frames.js";
import type { Recorder } from "./fixtures/recorder.js";
import { echo, startServer, type TestServer } from "./fixtures/server.js";
import { Flag, FrameType } from "./frame.js";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Lends bytes to a server, and writes over them afterwards. */
function lend(server: TestServer, ...pieces: Uint8Array[]): ReturnType<TestServer["send"]> {
  for (const piece of pieces) {
    const bytes = new Uint8Array(piece);
    server.connection.receive(bytes, true);
    bytes.fill(0xee);
  }
  return server.send();
}

/** How often a request was given content. */
function countPieces(request: Recorder): () => number {
  let pieces = 0;
  request.onEvent = (event) => {
    if (event === "data") pieces++;
  };
  return () => pieces;
}

/** As `concat`, for more than a little. */
const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const content = (length: number, from = 0) =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + from) & 0xff);

describe("bytes that are lent", () => {
  it("mean what others do, wherever they are cut, and whatever becomes of them", () => {
    const bytes = join(
      headers(1),
      headers(3),
      data(1, content(16_384)),
      frame(FrameType.data, Flag.padded, 1, [3, ...content(200, 5), 0, 0, 0]),
      data(3, content(6_000, 9)),
      data(1, content(5)),
      data(3, content(0)),
      ping(),
      data(3, content(16_384, 2)),
      frame(FrameType.headers, Flag.endHeaders | Flag.endStream, 3),
      data(1, content(0), { endsStream: true }),
    );
    const whole = startServer({}, echo);
    const expected = whole.send(bytes);
    expect(whole.requests.map((each) => each.bytes)).toEqual([16_589, 22_384]);
    for (const size of [bytes.length, 37_000, 20_000, 16_393, 16_384, 9_001, 1_000, 13]) {
      const server = startServer({}, echo);
      const pieces = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      expect(lend(server, ...pieces), `${size}`).toEqual(expected);
    }
  });

  it("are the beginning of a connection, too", () => {
    const server = startServer({}, echo, new Uint8Array(0));
    lend(server, join(greeting, headers(1), data(1, content(16_384), { endsStream: true })));
    expect(server.requests[0]?.content).toEqual(Buffer.from(content(16_384)));
  });

  it("give what frames right behind one another have in one piece", () => {
    let pieces = () => 0;
    const server = startServer({}, (request) => {
      pieces = countPieces(request);
    });
    lend(
      server,
      join(headers(1), data(1, content(16_384)), data(1, content(4_000, 4), { endsStream: true })),
    );
    expect(pieces()).toBe(1);
    expect(server.requests[0]?.events).toEqual(["data", "end"]);
    expect(server.requests[0]?.content).toEqual(
      Buffer.concat([content(16_384), content(4_000, 4)]),
    );
  });

  it("give more than fits the memory for it in several", () => {
    const options = { streamWindowBytes: 1_048_576, maxStreamWindowBytes: 1_048_576 };
    const server = startServer(options);
    lend(server, headers(1));
    const pieces = countPieces(server.requests[0] as Recorder);
    const parts = Array.from({ length: 20 }, (_, at) => data(1, content(16_384, at)));
    lend(server, join(...parts));
    expect(pieces()).toBe(3);
    const expected = parts.map((each) => each.subarray(9));
    expect(server.requests[0]?.content).toEqual(Buffer.concat(expected));
  });

  it("are copied for a reader that pauses", async () => {
    const server = startServer();
    lend(server, headers(1));
    const [request] = server.requests as [Recorder];
    request.stream?.pause();
    lend(server, join(data(1, content(16_384)), data(1, content(3_000, 1))));
    expect(request.bytes).toBe(0);
    request.stream?.resume();
    await settled();
    expect(request.content).toEqual(Buffer.concat([content(16_384), content(3_000, 1)]));
  });

  it("reach their reader before what ends its stream, or the connection", () => {
    const large = data(1, content(16_384));
    for (const end of [rstStream(1, ErrorCode.cancel), frame(FrameType.pushPromise, 0, 1)]) {
      const server = startServer();
      lend(server, join(headers(1), large, end));
      expect(server.requests[0]?.events[0]).toBe("data");
      expect(server.requests[0]?.events[1]).toMatch(/^interrupted/);
      expect(server.requests[0]?.content).toEqual(Buffer.from(content(16_384)));
    }
  });

  it("are not given to a reader that has ended its stream", () => {
    const server = startServer({}, (request) => {
      request.onEvent = () => request.stream?.reset(ErrorCode.cancel);
    });
    const first = join(headers(1), data(1, content(16_384)));
    lend(server, join(first, ping(), data(1, content(4_000)), headers(3, { endsStream: true })));
    expect(server.requests[0]?.bytes).toBe(16_384);
    expect(server.requests[1]?.events).toEqual(["end"]);
  });
});
