import { ClientConnection } from "@bowline/http2";
import { createClient } from "@bowline/rpc";
import { afterEach, expect, it, vi } from "vitest";
import { createChannel } from "../channel.js";
import { EchoService, echoService } from "../fixtures/echo-service.js";
import { eventually } from "../fixtures/transport-server.js";
import { serve } from "../serve.js";
import { chosenEngine } from "./engine.js";

afterEach(() => vi.restoreAllMocks());

it.runIf(chosenEngine() === "bowline")(
  "a channel whose connection has no stream identifiers left goes on with another, and loses no call",
  async () => {
    const identifiers = ClientConnection.prototype as unknown as { lastOwnStreamId: number };
    vi.spyOn(identifiers, "lastOwnStreamId", "get").mockReturnValue(39);
    let answer: (() => void) | undefined;
    const service = echoService((request) => {
      if (request.name !== "slow") return request;
      return new Promise((resolve) => {
        answer = () => resolve(request);
      });
    });
    await using server = await serve({ port: 0, services: [service], signals: false });
    await using channel = createChannel(server.url, { protocol: "grpc" });
    const client = createClient(EchoService, channel);
    const slow = client.echo({ name: "slow" });
    await eventually(() => answer !== undefined);
    const call = async (name: string) => expect((await client.echo({ name })).name).toBe(name);
    for (let i = 0; i < 50; i++) await call(`${i}`);
    await Promise.all(Array.from({ length: 50 }, (_, i) => call(`${i} at once`)));
    expect(server.describe().streams).toBe(1);
    answer?.();
    expect((await slow).name).toBe("slow");
    await eventually(() => server.describe().connections === 1);
  },
);
