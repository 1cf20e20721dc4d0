import { expect, it, vi } from "vitest";
import { ContextValues, createContextKey } from "../context.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { envelope, FakeTransport, joined } from "../fixtures/fake-transport.js";
import type { InterceptedCall, Interceptor } from "../interceptor.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { createTransportChannel } from "./channel.js";
import { createClient } from "./create-client.js";
import type { ChannelOptions } from "./options.js";

function setUp(interceptors: readonly Interceptor[], options: ChannelOptions = {}) {
  const transport = new FakeTransport("2");
  const all = { ...options, interceptors };
  const channel = createTransportChannel("http://greeter:80", transport, all);
  return { transport, channel, client: createClient(EchoService, channel) };
}

const ok = ["content-type", "application/proto", "x-a", "1", "trailer-x-b", "2"];
const hello = Method.encode({ name: "hello" });
const streamed = ["content-type", "application/connect+proto", "x-a", "1"];
const message = (name: string) => envelope(0, Method.encode({ name }));
const end = envelope(2, '{"metadata":{"x-b":["2"]}}');
/** Until the interceptors have had their turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const passOn: Interceptor = (next) => (call) => next(call);

it("runs them in order, outermost first, around a unary call", async () => {
  const order: string[] = [];
  const note = (name: string): Interceptor => {
    order.push(`made ${name}`);
    return (next) => async (call) => {
      order.push(`${name} in`);
      const response = await next(call);
      order.push(`${name} out`);
      return response;
    };
  };
  const { transport, client } = setUp([note("a"), note("b")]);
  const call = client.echo({ name: "x" });
  await turn();
  transport.last.answer(200, ok, hello);
  expect((await call).name).toBe("hello");
  expect(order).toEqual(["made a", "made b", "a in", "b in", "b out", "a out"]);
  expect((await call.headers).get("x-a")).toBe("1");
  expect((await call.trailers).get("x-b")).toBe("2");
});

it("lets them read and change headers and messages, and see values, method and peer", async () => {
  const key = createContextKey("tenant", "nobody");
  const seen: unknown[] = [];
  const change: Interceptor = (next) => async (call) => {
    seen.push(call.side, call.method.name, call.peer.address, call.values.get(key));
    seen.push((call.request as Method).name, (call.request as Method).options);
    call.requestHeaders.set("x-tenant", call.values.get(key));
    call.request = { name: `${(call.request as Method).name}!` };
    const response = (await next(call)) as Method;
    seen.push(call.responseHeaders.get("x-a"), call.responseTrailers.get("x-b"));
    call.responseHeaders.set("x-added", "3");
    return { ...response, name: response.name.toUpperCase() };
  };
  const { transport, client } = setUp([change], { defaults: { headers: { "x-tenant": "no" } } });
  const call = client.echo({ name: "a" }, { values: new ContextValues().set(key, "t") });
  await turn();
  expect(transport.last.headers.getAll("x-tenant")).toEqual(["t"]);
  expect(Method.decode(transport.last.body.toBytes()).name).toBe("a!");
  transport.last.answer(200, ok, hello);
  expect((await call).name).toBe("HELLO");
  expect((await call.headers).get("x-added")).toBe("3");
  expect(seen).toEqual(["client", "Echo", "greeter:80", "t", "a", [], "1", "2"]);
});

it("lets one answer without sending anything, with a literal too", async () => {
  const { transport, client } = setUp([() => async () => ({ name: "cached" })]);
  const response = await client.echo({});
  expect([response.name, response.options, Method.is(response)]).toEqual(["cached", [], true]);
  expect(transport.streams).toHaveLength(0);
});

it("lets one repeat a call", async () => {
  const retry: Interceptor = (next) => async (call) => {
    try {
      return await next(call);
    } catch {
      return await next(call);
    }
  };
  const { transport, client } = setUp([retry], { defaults: { timeoutMs: 60_000 } });
  const call = client.echo({ name: "x" });
  await turn();
  transport.last.receiver.interrupted({ kind: "lost", message: "gone" });
  await turn();
  expect(transport.streams).toHaveLength(2);
  expect(Method.decode(transport.last.body.toBytes()).name).toBe("x");
  transport.last.answer(200, ok, hello);
  expect((await call).name).toBe("hello");
});

it("fails with what an interceptor throws; what is no RpcError becomes internal, with its cause", async () => {
  const thrown = [new RpcError("not_found", "cached"), new Error("bug")];
  const { client } = setUp([
    () => async () => {
      throw thrown.shift();
    },
  ]);
  await expect(client.echo({})).rejects.toMatchObject({ code: "not_found" });
  await expect(client.echo({})).rejects.toMatchObject({
    code: "internal",
    reason: "BOWLINE_INTERCEPTOR",
    cause: { message: "bug" },
  });
});

it("fails when an interceptor answers with nothing", async () => {
  const { client } = setUp([() => async () => undefined]);
  await expect(client.echo({})).rejects.toMatchObject({ reason: "BOWLINE_INTERCEPTOR" });
  const read = async () => {
    for await (const _ of client.watch({}));
  };
  await expect(read()).rejects.toMatchObject({ reason: "BOWLINE_INTERCEPTOR" });
});

it("names the path of a wrong request that an interceptor asks for", async () => {
  const { client } = setUp([
    (next) => (call) => {
      void call.request;
      return next(call);
    },
  ]);
  await expect(client.echo({ nmae: "x" } as never)).rejects.toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining("nmae"),
  });
});

it("ends the call at its deadline and when it is cancelled, whatever interceptors do", async () => {
  vi.useFakeTimers();
  const calls: InterceptedCall[] = [];
  const hang: Interceptor = () => (call) => {
    calls.push(call);
    return new Promise(() => {});
  };
  const { client } = setUp([hang]);
  const late = client.echo({}, { timeoutMs: 500 }).catch((error: unknown) => error);
  expect(calls[0]?.timeRemainingMs()).toBeLessThanOrEqual(500);
  await vi.advanceTimersByTimeAsync(500);
  expect(await late).toMatchObject({ code: "deadline_exceeded" });
  expect(calls[0]?.signal.reason).toMatchObject({ code: "deadline_exceeded" });
  const canceled = client.echo({});
  canceled.cancel("why");
  await expect(canceled).rejects.toMatchObject({ code: "canceled", cause: "why" });
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it("gives the requests up that interceptors made, when the call is cancelled", async () => {
  const { transport, client } = setUp([passOn]);
  const call = client.echo({});
  await turn();
  call.cancel();
  await expect(call).rejects.toMatchObject({ code: "canceled" });
  expect(transport.last.wasReset).toBe(true);
});

it("lets them see and change a stream of responses, and read it no faster than the caller", async () => {
  let pulled = 0;
  const change: Interceptor = (next) => async (call) => {
    const responses = (await next(call)) as AsyncIterable<Method>;
    expect(call.responseHeaders.get("x-a")).toBe("1");
    return (async function* () {
      for await (const each of responses) {
        pulled++;
        yield { name: `${each.name}!` };
      }
    })();
  };
  const { transport, client } = setUp([change]);
  const call = client.watch({});
  await turn();
  const body = joined(message("a"), message("b"), message("c"), message("d"), end);
  transport.last.answer(200, streamed, body);
  await turn();
  expect(pulled).toBe(1);
  const names: string[] = [];
  for await (const { name } of call) names.push(name);
  expect(names).toEqual(["a!", "b!", "c!", "d!"]);
  expect((await call.trailers).get("x-b")).toBe("2");
});

it("cancels the request when the caller leaves the loop", async () => {
  const { transport, client } = setUp([passOn]);
  const call = client.watch({});
  await turn();
  transport.last.receiver.head(200, Metadata.fromWire(streamed));
  transport.last.data(joined(message("a"), message("b")));
  for await (const _ of call) break;
  await turn();
  expect(transport.last.wasReset).toBe(true);
});

it("fails a stream with what the server ended it with, behind its messages", async () => {
  const { transport, client } = setUp([passOn]);
  const call = client.watch({});
  await turn();
  const failure = envelope(2, '{"error":{"code":"not_found"},"metadata":{"x-b":["2"]}}');
  transport.last.answer(200, streamed, joined(message("a"), failure));
  const names: string[] = [];
  const read = async () => {
    for await (const { name } of call) names.push(name);
  };
  await expect(read()).rejects.toMatchObject({ code: "not_found", origin: "wire" });
  expect(names).toEqual(["a"]);
  expect((await call.trailers).get("x-b")).toBe("2");
});

it("shows them the requests of an iterable as messages, and lets them put others in their place", async () => {
  const options: unknown[] = [];
  const change: Interceptor = (next) => (call) => {
    const requests = call.request as AsyncIterable<Method>;
    call.request = (async function* () {
      for await (const each of requests) {
        options.push(each.options);
        yield { name: `${each.name}!` };
      }
    })();
    return next(call);
  };
  const { transport, client } = setUp([change]);
  const call = client.collect([{ name: "a" }, { name: "b" }]);
  await turn();
  expect(joined(...transport.last.flushed)).toEqual(joined(message("a!"), message("b!")));
  expect(options).toEqual([[], []]);
  transport.last.answer(200, streamed, joined(message("c"), end));
  expect((await call).name).toBe("c");
});

it("sends by hand through them, and waits for them", async () => {
  const { transport, client } = setUp([passOn]);
  const call = client.chat();
  await call.send({ name: "a" });
  await call.send({ name: "b" });
  call.closeSend();
  await turn();
  expect(joined(...transport.last.flushed)).toEqual(joined(message("a"), message("b")));
  expect(transport.last.ended).toBe(true);
  transport.last.answer(200, streamed, joined(message("c"), end));
  const names: string[] = [];
  for await (const { name } of call) names.push(name);
  expect(names).toEqual(["c"]);
  await expect(call.send({})).rejects.toMatchObject({ reason: "BOWLINE_SEND" });
});

it("fails what is sent by hand with the call's error", async () => {
  const { transport, client } = setUp([passOn]);
  const call = client.chat();
  await turn();
  transport.last.hasRoom = false;
  const first = call.send({ name: "a" });
  await turn();
  transport.last.receiver.interrupted({ kind: "lost", message: "gone" });
  await expect(first).rejects.toMatchObject({ code: "unavailable" });
  await expect(call.send({})).rejects.toMatchObject({ code: "unavailable" });
});

it("reports a failure that nobody awaits once", async () => {
  const reports: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => reports.push(reason));
  const { client } = setUp([
    () => async () => {
      throw new RpcError("not_found", "x");
    },
  ]);
  void client.echo({}).headers;
  void client.watch({}).headers;
  await turn();
  process.removeAllListeners("unhandledRejection");
  for (const each of others) process.on("unhandledRejection", each);
  expect(reports).toMatchObject([{ code: "not_found" }, { code: "not_found" }]);
});
