import { afterEach, expect, it, vi } from "vitest";
import { EchoService } from "../fixtures/echo-service.js";
import { FakeTransport } from "../fixtures/fake-transport.js";
import { RpcError } from "../rpc-error.js";
import { createTransportChannel } from "./channel.js";
import { createClient } from "./create-client.js";

function setUp() {
  const transport = new FakeTransport("2");
  const channel = createTransportChannel("http://greeter:80", transport, { protocol: "grpc" });
  return { transport, client: createClient(EchoService, channel) };
}

/** A handler's call, with as many milliseconds left. */
function parentOf(remainingMs: number | undefined) {
  const controller = new AbortController();
  const parent = { signal: controller.signal, timeRemainingMs: () => remainingMs };
  return { controller, parent };
}

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  [undefined, undefined, undefined],
  [300, undefined, "300m"],
  [undefined, 200, "200m"],
  [300, 200, "200m"],
  [100, 200, "100m"],
])("bounds a call of %s ms in one with %s ms left by the nearer", (own, parents, header) => {
  const { transport, client } = setUp();
  const { parent } = parentOf(parents);
  client.echo({}, { timeoutMs: own, parent }).cancel();
  expect(transport.last.headers.get("grpc-timeout")).toBe(header);
});

it("is cancelled with its parent, and says whether that was late", async () => {
  const { transport, client } = setUp();
  const given = parentOf(undefined);
  const call = client.echo({}, { parent: given.parent });
  given.controller.abort(new RpcError("canceled", "gone"));
  await expect(call).rejects.toMatchObject({ code: "canceled", cause: { rawMessage: "gone" } });
  expect(transport.last.wasReset).toBe(true);
  const late = parentOf(undefined);
  const second = client.echo({}, { parent: late.parent });
  late.controller.abort(new RpcError("deadline_exceeded", "late"));
  await expect(second).rejects.toMatchObject({ code: "deadline_exceeded" });
});

it("sends nothing for a parent that is over", async () => {
  const { transport, client } = setUp();
  const over = parentOf(undefined);
  over.controller.abort(new RpcError("canceled", "gone"));
  await expect(client.echo({}, { parent: over.parent })).rejects.toMatchObject({
    code: "canceled",
  });
  await expect(client.echo({}, { parent: parentOf(0).parent })).rejects.toMatchObject({
    code: "deadline_exceeded",
  });
  expect(transport.streams).toHaveLength(0);
});

it("leaves neither timer nor listener behind", async () => {
  vi.useFakeTimers();
  const { transport, client } = setUp();
  const { parent, controller } = parentOf(5000);
  const removed = vi.spyOn(parent.signal, "removeEventListener");
  const own = new AbortController();
  const removedOwn = vi.spyOn(own.signal, "removeEventListener");
  const call = client.echo({}, { parent, signal: own.signal });
  transport.last.answer(200, ["content-type", "application/grpc"], new Uint8Array(5), [
    "grpc-status",
    "0",
  ]);
  await call;
  expect([removed.mock.calls.length, removedOwn.mock.calls.length]).toEqual([1, 1]);
  expect(vi.getTimerCount()).toBe(0);
  controller.abort();
  own.abort();
  expect(transport.last.wasReset).toBe(false);
});

it("puts one listener on a signal that many calls share, and ends them all", async () => {
  const { transport, client } = setUp();
  const { parent, controller } = parentOf(undefined);
  const { signal } = controller;
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  const ok = ["grpc-status", "0"];
  const first = client.echo({}, { signal });
  transport.last.answer(200, ["content-type", "application/grpc"], new Uint8Array(5), ok);
  await first;
  expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
  const calls = Array.from({ length: 20 }, (_, i) =>
    client.echo({}, i < 10 ? { signal } : { parent }),
  );
  expect(added).toHaveBeenCalledTimes(2);
  transport.last.answer(200, ["content-type", "application/grpc"], new Uint8Array(5), ok);
  await calls.pop();
  controller.abort(new RpcError("canceled", "gone"));
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: "canceled" });
  expect(transport.streams.slice(1).filter(({ wasReset }) => wasReset)).toHaveLength(19);
});

it("takes a server that cancels at the deadline for the deadline", async () => {
  vi.useFakeTimers();
  const { transport, client } = setUp();
  const early = client.echo({}, { timeoutMs: 100 });
  const wasCanceled = { kind: "canceled", message: "reset" } as const;
  transport.last.receiver.interrupted(wasCanceled);
  await expect(early).rejects.toMatchObject({ code: "canceled" });
  const late = client.echo({}, { timeoutMs: 100 });
  vi.setSystemTime(Date.now() + 100);
  const now = performance.now();
  vi.spyOn(performance, "now").mockReturnValue(now + 100);
  transport.last.receiver.interrupted(wasCanceled);
  await expect(late).rejects.toMatchObject({ code: "deadline_exceeded" });
  vi.restoreAllMocks();
});
