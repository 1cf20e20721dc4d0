import { Method } from "@bowline/protobuf/wkt";
import { expect, it } from "vitest";
import { createClient } from "../client/create-client.js";
import { EchoService } from "../fixtures/echo-service.js";
import { jsonCodec } from "../json.js";
import { RpcError } from "../rpc-error.js";
import { implement } from "../server/implement.js";
import { createMemoryChannel } from "./memory-channel.js";

const echo = implement(EchoService, { echo: (request) => request });

it("calls a handler in five lines, binary and JSON", async () => {
  for (const codec of [undefined, jsonCodec]) {
    const channel = createMemoryChannel([echo], codec === undefined ? {} : { codec });
    const { name } = await createClient(EchoService, channel).echo({ name: "Ada" });
    expect(name).toBe("Ada");
  }
});

it("answers later than the call returns", async () => {
  const events: string[] = [];
  const service = implement(EchoService, {
    echo: (request) => {
      events.push("handler");
      return request;
    },
  });
  const call = createClient(EchoService, createMemoryChannel([service])).echo({});
  events.push("returned");
  await call;
  expect(events).toEqual(["returned", "handler"]);
});

it("gives the handler a message of its own, and the caller another", async () => {
  const request = Method.create({ name: "Ada" });
  const seen: Method[] = [];
  const service = implement(EchoService, {
    echo: (received) => {
      seen.push(received);
      return received;
    },
  });
  const answer = await createClient(EchoService, createMemoryChannel([service])).echo(request);
  expect(seen[0]).toEqual(request);
  expect(seen[0]).not.toBe(request);
  expect(answer).toEqual(request);
  expect(answer).not.toBe(seen[0]);
});

it("tells a handler who calls, and carries metadata, errors and deadlines", async () => {
  const service = implement(EchoService, {
    echo: async (request, call) => {
      expect(call.peer).toMatchObject({ address: "memory", httpVersion: "2" });
      expect(call.timeRemainingMs()).toBeGreaterThan(0);
      call.responseHeaders.set("x-tenant", call.requestHeaders.get("x-tenant") ?? "none");
      call.responseTrailers.set("x-end", "1");
      if (request.name === "nobody") throw new RpcError("not_found", "no such name");
      return request;
    },
  });
  const client = createClient(EchoService, createMemoryChannel([service]));
  const call = client.echo({ name: "Ada" }, { headers: { "x-tenant": "a" }, timeoutMs: 10_000 });
  expect((await call).name).toBe("Ada");
  expect((await call.headers).get("x-tenant")).toBe("a");
  expect((await call.trailers).get("x-end")).toBe("1");
  await expect(client.echo({ name: "nobody" }, { timeoutMs: 10_000 })).rejects.toMatchObject({
    code: "not_found",
    origin: "wire",
    peer: "memory",
  });
});

it("takes the server's options, and refuses those that there are not", async () => {
  const channel = createMemoryChannel([echo], { server: { limits: { receivedMessageBytes: 5 } } });
  const client = createClient(EchoService, channel);
  expect((await client.echo({ name: "abc" })).name).toBe("abc");
  await expect(client.echo({ name: "abcd" })).rejects.toMatchObject({ code: "resource_exhausted" });
  for (const options of [
    { servers: {} },
    { server: { limit: {} } },
    { server: { limits: { receivedBytes: 5 } } },
  ]) {
    expect(() => createMemoryChannel([echo], options as never)).toThrow(TypeError);
  }
  expect(() => createMemoryChannel([echo, echo])).toThrow(
    expect.objectContaining({ code: "already_exists" }),
  );
});

it("cancels the handler's call when the channel is closed", async () => {
  let reason: unknown;
  const service = implement(EchoService, {
    echo: (_, call) =>
      new Promise((resolve) => {
        call.signal.addEventListener("abort", () => {
          reason = call.signal.reason;
          resolve({});
        });
        void channel.close();
      }),
  });
  const channel = createMemoryChannel([service]);
  await expect(createClient(EchoService, channel).echo({})).rejects.toMatchObject({
    code: "canceled",
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(reason).toMatchObject({ code: "canceled" });
});

it("lets timers run beside calls that never pause", async () => {
  const client = createClient(EchoService, createMemoryChannel([echo]));
  let elapsed = false;
  setTimeout(() => {
    elapsed = true;
  }, 1);
  let calls = 0;
  while (!elapsed && calls < 100_000) {
    await client.echo({});
    calls++;
  }
  expect(calls).toBeLessThan(100_000);
});
