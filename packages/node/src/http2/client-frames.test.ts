import { createClient, RpcError } from "@bowline/rpc";
import { afterEach, describe, expect, it } from "vitest";
import { createChannel, type NodeChannelOptions } from "../channel.js";
import { EchoService } from "../fixtures/echo-service.js";
import {
  frame,
  frameTypes,
  type Http2PeerConnection,
  ping,
  settings,
  settingsAck,
  startHttp2Peer,
} from "../fixtures/http2-script.js";
import { serve } from "../serve.js";
import { chosenEngine } from "./engine.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const enhanceYourCalm = 11;
const block = (size: number) => frame(frameTypes.headers, 0, 1, Buffer.alloc(size, 0x90));
const continuation = frame(frameTypes.continuation, 0, 1, Buffer.of(0x90));

/**
 * Has a server say something to a call. Returns the channel's GOAWAY, and what the call came to; `undefined` if there was
 * none by the time that it had answered a PING behind it, or has gone on for `waitMs`.
 */
async function play(options: NodeChannelOptions, said: readonly Buffer[], waitMs = 0) {
  let connected: (connection: Http2PeerConnection) => void = () => {};
  const connection = new Promise<Http2PeerConnection>((resolve) => {
    connected = resolve;
  });
  const peer = await startHttp2Peer((each) => {
    each.write(settings(), settingsAck);
    connected(each);
  });
  open.push(() => peer[Symbol.asyncDispose]());
  const channel = createChannel(peer.url, { httpVersion: "2", ...options });
  open.push(() => channel.close());
  const call = createClient(EchoService, channel).echo({});
  const ended = call.then(String, (error: unknown) => error);
  const server = await connection;
  await server.frame("headers");
  server.write(...said);
  const goaway = server.frame("goaway").then(({ payload }) => ({
    code: payload.readUInt32BE(4),
    debug: payload.toString("latin1", 8),
  }));
  goaway.catch(() => {});
  if (waitMs > 0) {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, waitMs));
    const end = await Promise.race([goaway, late]);
    return { ...end, error: end && (await ended) };
  }
  server.write(ping);
  const answer = server.frame("ping").then(() => undefined);
  answer.catch(() => {});
  const end = await Promise.race([goaway, answer]);
  return { ...end, error: end && (await ended) };
}

describe.runIf(chosenEngine() === "bowline")("a channel", () => {
  it("ends a connection whose headers take longer than limits.headersTimeoutMs", async () => {
    const end = await play({ limits: { headersTimeoutMs: 60 } }, [block(10)], 10_000);
    expect(end).toMatchObject({ code: enhanceYourCalm, debug: "a header block took 60 ms" });
    expect(RpcError.is(end.error)).toBe(true);
    expect(await play({}, [block(10)], 300)).toEqual({ error: undefined });
  });

  it("ends a connection that does more than http2.budgets, and takes what is left out as by default", async () => {
    const four = Array.from({ length: 4 }, () => settings());
    const budgets = { settings: { burst: 4, perSecond: 0 } };
    const end = await play({ http2: { budgets } }, four);
    expect(end).toMatchObject({ code: enhanceYourCalm, debug: "too many SETTINGS frames" });
    expect(RpcError.is(end.error)).toBe(true);
    expect(await play({ http2: { budgets } }, four.slice(1))).toEqual({ error: undefined });
    expect(await play({ http2: { budgets: {} } }, four)).toEqual({ error: undefined });
    const many = Array.from({ length: 200 }, () => settings());
    expect(await play({ http2: { budgets: {} } }, many)).toMatchObject({ code: enhanceYourCalm });
  });

  it("ends a connection with a header block of more CONTINUATION frames than http2.continuations", async () => {
    const two = [block(10), continuation, continuation];
    const end = await play({ http2: { continuations: 1 } }, two, 10_000);
    expect(end).toMatchObject({ code: enhanceYourCalm });
    expect(end.debug).toContain("a header block of 3 frames");
    expect(await play({ http2: { continuations: 2 } }, two, 100)).toEqual({ error: undefined });
  });
});

describe("options of a channel that cannot be", () => {
  const budget = { burst: 1, perSecond: 1 };
  it.each<object>([
    { budgets: { resets: { ...budget, burst: -1 } } },
    { budgets: { pings: { burst: 1 } } },
    { budgets: { strays: { ...budget, perSecond: "1" } } },
    { continuations: Number.NaN },
    { budgets: { ping: budget } },
    { budget: {} },
  ])("are refused as on a server: http2 of %j", async (http2) => {
    const ofServer = await serve({ services: [], listeners: [], signals: false, http2 }).catch(
      (error: unknown) => error,
    );
    expect(ofServer).toBeInstanceOf(Error);
    expect(() => createChannel("http://127.0.0.1:1", { http2 })).toThrow(ofServer as Error);
  });

  it.each([0, -1, 1.5, Infinity, "1"])("are refused: limits.headersTimeoutMs of %s", (value) => {
    const limits = { headersTimeoutMs: value as number };
    expect(() => createChannel("http://127.0.0.1:1", { limits })).toThrow(
      "limits.headersTimeoutMs must be a whole number, 1 or more",
    );
  });
});
