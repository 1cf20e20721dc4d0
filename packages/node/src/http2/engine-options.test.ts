import { afterEach, expect, it, vi } from "vitest";
import { createChannel } from "../channel.js";
import { serve } from "../serve.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Makes a server and a channel with options of the engine, twice, and returns what was warned of. */
async function warnings(engine: string): Promise<string[]> {
  vi.stubEnv("BOWLINE_HTTP2", engine);
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  for (let i = 0; i < 2; i++) {
    const http2 = { continuations: 4 };
    const services = { services: [], listeners: [], signals: false };
    await using server = await serve({ ...services, http2, keepalive: { timeMs: 1_000 } });
    await using plain = await serve({ ...services, limits: {} });
    await using channel = createChannel("http://127.0.0.1:1", {
      connectionAge: { maxMs: 1_000 },
      http2,
    });
    expect([server.describe().http2, plain.describe().http2]).toHaveLength(2);
    expect(channel.describe().state).toBe("idle");
  }
  return warn.mock.calls.map(([message]) => String(message));
}

it("options that do nothing on node:http2 are warned of once, with what to do", async () => {
  expect(await warnings("bowline")).toEqual([]);
  const because = "no effect, because BOWLINE_HTTP2=node makes node:http2 speak HTTP/2";
  expect(await warnings("node")).toEqual([
    `serve: keepalive, http2 has ${because}. Unset BOWLINE_HTTP2, or leave keepalive, http2 out`,
    `createChannel: connectionAge, http2 has ${because}. Unset BOWLINE_HTTP2, or leave connectionAge, http2 out`,
  ]);
});
