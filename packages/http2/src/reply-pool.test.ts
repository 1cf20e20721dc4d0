import { describe, expect, it } from "vitest";
import type { ConnectionOptions } from "./connection-options.js";
import { ErrorCode } from "./error-code.js";
import { headers, rstStream, settings, windowUpdate } from "./fixtures/frames.js";
import { startServer, type TestServer } from "./fixtures/server.js";
import { goawayCode, resetCode } from "./fixtures/test-host.js";
import { ReplyPool } from "./reply-pool.js";

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const shut = settings([[4, 0]]);

/** A server whose answers are so long, stream by stream, to a peer with shut windows that has asked for the first ones. */
function owe(
  sizes: readonly number[],
  options: Partial<ConnectionOptions>,
  asked: number = sizes.length,
): TestServer {
  const server = startServer(options, ({ stream }) => {
    stream?.body.append(new Uint8Array(sizes[((stream.id + 1) >> 1) - 1] as number));
    stream?.respond(200, []);
  });
  server.send(shut);
  for (let at = 0; at < asked; at++) server.send(headers(2 * at + 1, { endsStream: true }));
  return server;
}

/** Which streams were reset since somebody looked. */
function ended(server: TestServer, streams = 3): number[] {
  const frames = server.send();
  const ids = Array.from({ length: streams }, (_, at) => 2 * at + 1);
  return ids.filter((id) => resetCode(frames, id) === ErrorCode.enhanceYourCalm);
}

function pass(server: TestServer, ticks = 2): void {
  for (let i = 0; i < ticks; i++) server.connection.tick();
}

describe("replies that wait", () => {
  it.each([
    [999, []],
    [1_000, []],
    [1_001, [3]],
  ])("may be %i bytes in a process that takes 1000", async (bytes, expected) => {
    const script = async (limit: number) => {
      const replies = new ReplyPool(limit);
      const server = owe([200, 500], { replies });
      const other = owe([bytes - 700], { replies });
      expect(replies.bytes).toBe(bytes);
      await settled();
      expect(replies.bytes).toBeLessThanOrEqual(limit);
      expect(ended(other)).toEqual([]);
      const found = ended(server);
      for (const each of [server, other]) each.connection.disconnected();
      expect(replies.bytes).toBe(0);
      return found;
    };
    expect(await script(1_000)).toEqual(expected);
    expect(await script(Infinity)).toEqual([]);
  });

  it("are all given up where the peer takes nothing, before the larger ones of a peer that takes some", async () => {
    const replies = new ReplyPool(10_000);
    const stuck = owe([1_000, 2_000], { replies });
    const slow = owe([6_000], { replies });
    pass(stuck);
    pass(slow);
    slow.send(windowUpdate(1, 1));
    const next = owe([2_000], { replies });
    await settled();
    expect(ended(stuck)).toEqual([1, 3]);
    expect(ended(slow)).toEqual([]);
    expect(ended(next)).toEqual([]);
    expect(replies.bytes).toBe(7_999);
    expect(stuck.end).toBeUndefined();
  });

  it("are not taken for stuck ones at once, however long the connection was quiet", async () => {
    const replies = new ReplyPool(10_000);
    const quiet = owe([500, 500, 1_000], { replies }, 2);
    quiet.send(windowUpdate(1, 500), windowUpdate(3, 500));
    expect(replies.bytes).toBe(0);
    pass(quiet, 5);
    const large = owe([9_500], { replies });
    quiet.send(headers(5, { endsStream: true }));
    await settled();
    expect([quiet, large].map((each) => ended(each))).toEqual([[], [1]]);
  });

  it("are counted no more once they are taken, or their stream is over", () => {
    const replies = new ReplyPool(Infinity);
    const server = owe([300, 400], { replies });
    server.send(windowUpdate(1, 100));
    expect(replies.bytes).toBe(600);
    server.send(rstStream(3, ErrorCode.cancel));
    expect(replies.bytes).toBe(200);
    server.send(windowUpdate(1, 1_000));
    expect(replies.bytes).toBe(0);
  });

  it("tell a handler that is still writing", async () => {
    const replies = new ReplyPool(1_000);
    const server = startServer({ replies }, ({ stream }) => {
      stream?.start(200, []);
      stream?.body.append(new Uint8Array(2_000));
      stream?.flush();
    });
    server.send(shut, headers(1));
    await settled();
    expect(ended(server)).toEqual([1]);
    expect(server.requests[0]?.interruption?.message).toMatch(
      /2000 bytes .*processQueuedReplyBytes/,
    );
  });

  it("cost the connection if they wait below it, with a peer that reads nothing", async () => {
    const replies = new ReplyPool(100_000);
    const server = startServer({ replies }, ({ stream }) => {
      stream?.body.append(new Uint8Array(20_000));
      stream?.respond(200, []);
    });
    server.host.isCongested = true;
    server.host.waitingBytes = 90_000;
    server.send(headers(1, { endsStream: true }), headers(3, { endsStream: true }));
    expect(replies.bytes).toBe(90_000);
    pass(server);
    const other = owe([20_000], { replies });
    await settled();
    expect(goawayCode(server.send())).toBe(ErrorCode.enhanceYourCalm);
    expect(server.end?.error?.message).toMatch(/processQueuedReplyBytes/);
    expect(replies.bytes).toBe(20_000);
    expect(ended(other)).toEqual([]);
  });
});
