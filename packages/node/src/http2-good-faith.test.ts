import { createClient } from "@bowline/rpc";
import { expect, it } from "vitest";
import { createChannel } from "./channel.js";
import { EchoService, echoService } from "./fixtures/echo-service.js";
import { eventually } from "./fixtures/transport-server.js";
import { chosenEngine } from "./http2/engine.js";
import { serve } from "./serve.js";

it.runIf(chosenEngine() === "bowline")(
  "a client in good faith may have 1,500 calls at once that come to their deadline on both sides, and loses no other",
  async () => {
    const service = echoService(
      (_, { signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    await using server = await serve({
      port: 0,
      services: [service],
      signals: false,
      limits: { streams: 10_000 },
    });
    await using channel = createChannel(server.url, { protocol: "grpc" });
    const client = createClient(EchoService, channel);
    const stays = new AbortController();
    const other = client.echo({ name: "" }, { signal: stays.signal }).catch((error) => error.code);
    await eventually(() => server.describe().streams === 1);
    const late = Array.from({ length: 1_500 }, () => client.echo({ name: "" }, { timeoutMs: 60 }));
    const codes = await Promise.all(late.map((call) => call.catch((error) => error.code)));
    expect(new Set(codes)).toEqual(new Set(["deadline_exceeded"]));
    await eventually(() => server.describe().streams === 1);
    expect(server.describe().connections).toBe(1);
    stays.abort();
    expect(await other).toBe("canceled");
  },
);
