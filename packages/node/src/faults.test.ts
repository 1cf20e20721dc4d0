import { afterEach, expect, it } from "vitest";
import { echoService } from "./fixtures/echo-service.js";
import { flag, frame, frameType, headerBlock, preface } from "./fixtures/http2-frames.js";
import { Http2Peer } from "./fixtures/http2-peer.js";
import { RawConnection, rawRequest } from "./fixtures/raw-connection.js";
import { eventually } from "./fixtures/transport-server.js";
import { type RpcServer, serve } from "./serve.js";

/** More rounds: `BOWLINE_FAULT_ROUNDS=20000`; another course of them: `BOWLINE_FAULT_SEED=7`. */
const rounds = Number(process.env.BOWLINE_FAULT_ROUNDS ?? 400);
const seed = Number(process.env.BOWLINE_FAULT_SEED ?? 1);

let server: RpcServer | undefined;
afterEach(async () => {
  await server?.stop({ graceMs: 100 });
});

const path = "/test.v1.EchoService/Echo";
const body = Buffer.from('{"name":"a"}');
const fields = headerBlock([
  [":method", "POST"],
  [":scheme", "http"],
  [":path", path],
  [":authority", "x"],
  ["content-type", "application/json"],
]);
const http1 = Buffer.from(
  rawRequest(["content-type: application/json", "content-length: 12"], body.toString()),
);

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomOf(seed);
const below = (limit: number) => Math.floor(random() * limit);
const garbage = () => Buffer.from(Array.from({ length: 1 + below(60) }, () => below(256)));
const greeting = Buffer.concat([preface, frame(frameType.settings, 0, 0)]);

/** Streams on one connection, each in some state. */
function requests(): Buffer[] {
  return Array.from({ length: 1 + below(5) }, (_, at) => {
    const id = at * 2 + 1;
    const parts = [frame(frameType.headers, flag.endHeaders, id, fields)];
    if (below(3) > 0) parts.push(frame(frameType.data, below(2), id, body.subarray(0, below(13))));
    if (below(3) === 0)
      parts.push(frame(frameType.rstStream, 0, id, Buffer.of(0, 0, 0, below(14))));
    return Buffer.concat(parts);
  });
}

const faults: Readonly<Record<string, () => Buffer>> = {
  "resets of streams": () =>
    Buffer.concat([
      greeting,
      ...requests(),
      ...Array.from({ length: 5 }, (_, at) =>
        frame(frameType.rstStream, 0, at * 2 + 1, Buffer.of(0, 0, 0, below(14))),
      ),
    ]),
  "streams left open": () => Buffer.concat([greeting, ...requests()]),
  "garbage frames": () =>
    Buffer.concat([
      greeting,
      ...requests(),
      frame(below(12), below(256), below(8), garbage()),
      ...requests(),
    ]),
  "garbage behind the preface": () => Buffer.concat([preface, garbage()]),
  "HTTP/2 that is cut": () => {
    const whole = Buffer.concat([greeting, ...requests()]);
    return whole.subarray(0, below(whole.length));
  },
  "HTTP/1.1 that is cut": () => http1.subarray(0, below(http1.length)),
  "HTTP/1.1 with garbage": () => {
    const bytes = Buffer.from(http1);
    for (let i = 0; i < 3; i++) bytes[below(bytes.length)] = below(256);
    return bytes;
  },
  garbage: () => garbage(),
};

it(`outlives ${rounds} rounds of each fault, and has nothing left of them (seed ${seed})`, async () => {
  const unexpected: unknown[] = [];
  const note = (error: unknown) => unexpected.push(error);
  process.on("uncaughtException", note).on("unhandledRejection", note);
  server = await serve({
    port: 0,
    services: [
      echoService(async (request) => {
        if (below(2) === 0) await new Promise((resolve) => setTimeout(resolve, below(5)));
        return request;
      }),
    ],
    signals: false,
    limits: { headersTimeoutMs: 1_000, stallTimeoutMs: 1_000 },
  });
  const counts: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      Object.entries(faults).map(async ([name, make]) => {
        const connection = new RawConnection(server?.port as number);
        await new Promise((resolve) => connection.write(make()).socket.once("connect", resolve));
        if (below(2) === 0) await new Promise((resolve) => setTimeout(resolve, below(4)));
        const way = below(3);
        if (way === 0) connection.socket.resetAndDestroy();
        else if (way === 1) connection.socket.end();
        else connection.end();
        counts[name] = (counts[name] ?? 0) + 1;
      }),
    );
  }
  expect(Object.values(counts)).toEqual(Object.keys(faults).map(() => rounds));
  await eventually(() => server?.describe().connections === 0, 15_000);
  expect(server.describe()).toMatchObject({ connections: 0, streams: 0 });
  const peer = new Http2Peer(server.port);
  const headers = { ":path": path, "content-type": "application/json" };
  expect(await peer.send(headers, body)).toMatchObject({ status: 200, body: body.toString() });
  peer.session.destroy();
  process.off("uncaughtException", note).off("unhandledRejection", note);
  expect(unexpected).toEqual([]);
}, 600_000);
