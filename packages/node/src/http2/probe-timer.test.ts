import { createClient, implement } from "@bowline/rpc";
import { afterEach, expect, it, vi } from "vitest";
import { createChannel } from "../channel.js";
import { EchoService } from "../fixtures/echo-service.js";
import { serve } from "../serve.js";

afterEach(() => vi.restoreAllMocks());

it("leaves no timer of a suspected server behind when its connection is closed", async () => {
  const set = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  const hanging = implement(EchoService, { echo: () => new Promise(() => {}) });
  await using server = await serve({ port: 0, services: [hanging], signals: false });
  const channel = createChannel(server.url, { protocol: "grpc" });
  const call = createClient(EchoService, channel).echo({}, { timeoutMs: 30 });
  await expect(call).rejects.toMatchObject({ code: "deadline_exceeded" });
  const probe = set.mock.results.at(set.mock.calls.map(([, ms]) => ms).lastIndexOf(10_000));
  expect(probe?.value).toBeDefined();
  await channel.close();
  await vi.waitFor(() => expect(cleared.mock.calls.flat()).toContain(probe?.value));
  await server.stop({ graceMs: 0 });
});
