import { describe, expect, it } from "vitest";
import type { ConnectionOptions } from "./connection-options.js";
import { ErrorCode } from "./error-code.js";
import { data, headers } from "./fixtures/frames.js";
import type { Recorder } from "./fixtures/recorder.js";
import { startServer } from "./fixtures/server.js";
import { resetCode } from "./fixtures/test-host.js";
import { FrameType, readUint32 } from "./frame.js";
import { MemoryPool } from "./memory-pool.js";

const endsStream = { endsStream: true };

/** A receiver that keeps all that comes, as if it were the beginning of a message. */
function keep(request: Recorder): void {
  Object.assign(request, { partialBytes: () => request.bytes });
}

/** Sends the beginnings of messages, a stream each. Returns which of the streams were ended. */
function begin(sizes: readonly number[], options: Partial<ConnectionOptions>): number[] {
  const server = startServer(options, keep);
  const frames = sizes.flatMap((size, at) =>
    server.send(headers(2 * at + 1), data(2 * at + 1, new Uint8Array(size))),
  );
  return sizes.flatMap((_, at) => {
    const code = resetCode(frames, 2 * at + 1);
    expect([undefined, ErrorCode.enhanceYourCalm]).toContain(code);
    return code === undefined ? [] : [at];
  });
}

describe("messages of which a part has come", () => {
  it.each([
    [999, []],
    [1_000, []],
    [1_001, [1]],
  ])("may be %i bytes on a connection that takes 1000", (size, ended) => {
    const pool = new MemoryPool(Infinity);
    const sizes = [200, 500, size - 700];
    expect(begin(sizes, { partialBytes: 1_000, pool })).toEqual(ended);
    expect(begin(sizes, { partialBytes: Infinity, pool })).toEqual([]);
  });

  it.each([
    [999, false],
    [1_000, false],
    [1_001, true],
  ])(
    "may be %i bytes in a process that takes 1000: the largest ends, wherever it is",
    (size, ends) => {
      const script = (limit: number) => {
        const pool = new MemoryPool(limit);
        const start = () => startServer({ pool }, keep);
        const [one, two, three] = [start(), start(), start()];
        one.send(headers(1), data(1, new Uint8Array(300)), headers(3), data(3, new Uint8Array(50)));
        two.send(headers(1), data(1, new Uint8Array(350)));
        three.send(headers(1), data(1, new Uint8Array(size - 700)));
        two.connection.flush();
        expect(pool.used).toBeLessThanOrEqual(limit);
        const others = resetCode(one.host.frames(), 1) ?? resetCode(three.host.frames(), 1);
        const isEnded = resetCode(two.host.frames(), 1) !== undefined;
        for (const each of [one, two, three]) each.connection.disconnected();
        expect(pool.used).toBe(0);
        return { isEnded, others };
      };
      expect(script(1_000)).toEqual({ isEnded: ends, others: undefined });
      expect(script(Infinity)).toEqual({ isEnded: false, others: undefined });
    },
  );

  it("tell their receivers, whose answers are sent", () => {
    const told: string[] = [];
    const server = startServer({ partialBytes: 100 }, (request) => {
      keep(request);
      const exhausted = (message: string) => {
        told.push(message);
        request.stream?.respond(429, []);
      };
      Object.assign(request, { exhausted });
    });
    const frames = server.send(headers(1), data(1, new Uint8Array(101)));
    expect(frames.find(({ type }) => type === FrameType.headers)?.fields).toContain("429");
    expect(told).toEqual([expect.stringMatching(/101 bytes.*limit of 100 bytes \(partialMessage/)]);
    expect(server.connection.streams).toBe(0);
  });

  it("are no more when they are whole, ended or reset", () => {
    const pool = new MemoryPool(Infinity);
    const server = startServer({ pool }, keep);
    server.send(headers(1), data(1, new Uint8Array(10)), headers(3), data(3, new Uint8Array(10)));
    expect(pool.used).toBe(20);
    server.send(data(1, new Uint8Array(1), endsStream));
    expect(pool.used).toBe(10);
    server.requests[1]?.stream?.reset(ErrorCode.cancel);
    expect(pool.used).toBe(0);
  });

  it("are no more once they are answered, though the answer waits for its window", () => {
    const pool = new MemoryPool(Infinity);
    const server = startServer({ pool, partialBytes: 1_000 }, keep);
    server.send(headers(1), data(1, new Uint8Array(600)));
    expect(pool.used).toBe(600);
    const stream = server.requests[0]?.stream;
    stream?.body.append(new Uint8Array(100_000));
    stream?.respond(200, []);
    expect(pool.used).toBe(0);
    // They would be the largest, and the answer would be reset.
    const frames = server.send(headers(3), data(3, new Uint8Array(500)));
    expect(resetCode(frames, 1)).toBeUndefined();
  });

  it("leave no room for new streams, which are refused so that they can be repeated", () => {
    const script = (partialBytes: number) => {
      const server = startServer({ partialBytes }, keep);
      server.send(headers(1), data(1, new Uint8Array(1_000)));
      const code = resetCode(server.send(headers(3, endsStream)), 3);
      server.send(data(1, new Uint8Array(0), endsStream));
      expect(resetCode(server.send(headers(5, endsStream)), 5)).toBeUndefined();
      return code;
    };
    expect(script(1_000)).toBe(ErrorCode.refusedStream);
    expect(script(1_001)).toBeUndefined();
    expect(script(Infinity)).toBeUndefined();
  });
});

describe("credit of a connection", () => {
  const updates = (frames: ReturnType<ReturnType<typeof startServer>["send"]>) =>
    frames
      .filter(({ type, streamId }) => type === FrameType.windowUpdate && streamId === 0)
      .reduce((sum, { payload }) => sum + readUint32(payload, 0), 0);

  /** A peer that sends as much as it may to handlers that do not read. Returns what it got rid of. */
  function fill(partialBytes: number) {
    const server = startServer({ partialBytes }, ({ stream }) => stream?.pause());
    let credit = 65_535;
    let sent = 0;
    for (let at = 0; at < 40 && credit >= 16_000; at++) {
      const id = 2 * at + 1;
      server.send(headers(id));
      for (let i = 0; i < 15 && credit >= 16_000; i++) {
        credit += updates(server.send(data(id, new Uint8Array(16_000)))) - 16_000;
        sent += 16_000;
      }
    }
    return { server, sent, credit };
  }

  it("is kept back when content that nobody reads fills its bound, and given when somebody does", () => {
    const limit = 1_000_000;
    const { server, sent, credit } = fill(limit);
    expect(sent + credit).toBeGreaterThan(limit - 65_536);
    expect(sent + credit).toBeLessThanOrEqual(limit + 65_536);
    // The control: every stream takes its window's worth.
    expect(fill(Infinity).sent).toBeGreaterThan(4 * limit);
    for (const { stream } of server.requests) stream?.resume();
    return Promise.resolve().then(() => {
      expect(updates(server.send())).toBeGreaterThan(30_000);
      expect(server.requests.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(sent);
    });
  });

  /** The beginning of a message waits, and another handler does not read, until no credit is left. */
  function starve(options: Partial<ConnectionOptions>) {
    const server = startServer({ partialBytes: 200_000, ...options }, (request) => {
      Object.assign(request, { partialBytes: () => request.bytes, exhausted: () => {} });
      if (request.stream?.id !== 1) request.stream?.pause();
    });
    let credit = 65_535;
    const send = (id: number, bytes: number) => {
      credit += updates(server.send(data(id, new Uint8Array(bytes)))) - bytes;
    };
    server.send(headers(1), headers(3));
    for (let i = 0; i < 10; i++) send(1, 16_000);
    while (credit > 0) send(3, Math.min(credit, 16_000));
    return server;
  }

  it("is given back when the message was ended for the sake of another connection", () => {
    const script = (limit: number) => {
      const pool = new MemoryPool(limit);
      const server = starve({ pool });
      const other = startServer({ pool }, keep);
      for (const id of [1, 3, 5, 7]) other.send(headers(id), data(id, new Uint8Array(15_000)));
      return updates(server.send());
    };
    expect(script(300_000)).toBeGreaterThan(30_000);
    expect(script(Infinity)).toBe(0);
  });

  it("is given back when the message was ended because nobody reads", () => {
    const server = starve({ stallTimeoutMs: 1_000 });
    const given = [0, 900, 1_000].map((time) => {
      server.host.time = time;
      server.connection.tick();
      return updates(server.send());
    });
    expect(given).toEqual([0, 0, expect.any(Number)]);
    expect(given[2]).toBeGreaterThan(30_000);
  });

  it("that is kept back for too long costs the largest message in part: a handler may wait for it", () => {
    const options = { partialBytes: 100_000, stallTimeoutMs: 1_000 };
    const server = startServer(options, (request) => {
      keep(request);
      if (request.stream?.id !== 1) request.stream?.pause();
    });
    server.send(headers(1), data(1, new Uint8Array(10_000)), headers(3));
    for (let i = 0; i < 7; i++) server.send(data(3, new Uint8Array(14_000)));
    const ended = [0, 900, 1_000, 1_900].map((time) => {
      server.host.time = time;
      server.connection.tick();
      server.connection.flush();
      return resetCode(server.host.frames(), 1);
    });
    expect(ended.filter((each) => each !== undefined)).toEqual([ErrorCode.enhanceYourCalm]);
  });
});
