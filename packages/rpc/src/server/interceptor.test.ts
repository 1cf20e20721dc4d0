import { describe, expect, it } from "vitest";
import type { Codec } from "../codec.js";
import { binaryCodec } from "../codec.js";
import { createContextKey } from "../context.js";
import { countingCodec } from "../fixtures/counting-codec.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { enveloped, envelopesOf } from "../fixtures/envelopes.js";
import { fakeServer } from "../fixtures/fake-server-stream.js";
import type { Interceptor } from "../interceptor.js";
import { RpcError } from "../rpc-error.js";
import { runInterceptor } from "../run-interceptor.js";
import { type Handlers, implement } from "./implement.js";

type Methods = (typeof EchoService)["methods"];

const message = (name: string) => Method.encode({ name });
const user = createContextKey("user", "nobody");

function serverWith(
  interceptors: Interceptor[],
  handlers: Handlers<Methods>,
  codec: Codec = binaryCodec,
) {
  const call = fakeServer([implement(EchoService, handlers)], {
    interceptors,
    codecs: [codec],
    onError: () => {},
  });
  return (method: string, body: Uint8Array, contentType = "application/grpc") =>
    call({
      target: `/test.v1.EchoService/${method}`,
      headers: { "content-type": contentType, "x-user": "ada" },
      httpVersion: "2",
      body,
    }).answer;
}

const namesOf = (body: Uint8Array) =>
  envelopesOf(body).map(({ bytes }) => Method.decode(bytes).name);

describe("interceptors on a server", () => {
  it("stand around the handler, the first outermost", async () => {
    const order: string[] = [];
    const named =
      (name: string): Interceptor =>
      (next) =>
      async (call) => {
        order.push(`${name} in`);
        const response = await next(call);
        order.push(`${name} out`);
        return response;
      };
    const call = serverWith([named("a"), named("b")], {
      echo: (request) => {
        order.push("handler");
        return request;
      },
    });
    await call("Echo", enveloped([0, message("x")]));
    expect(order).toEqual(["a in", "b in", "handler", "b out", "a out"]);
  });

  it("are made once, whatever the number of calls", async () => {
    let made = 0;
    const call = serverWith(
      [
        (next) => {
          made++;
          return next;
        },
      ],
      { echo: (request) => request },
    );
    const before = made;
    for (let i = 0; i < 3; i++) await call("Echo", enveloped([0, message("x")]));
    expect(made).toBe(before);
  });

  it("are refused when they are no list of functions that make functions", () => {
    const handlers = { echo: (request: Method) => request };
    const wrong = (interceptors: unknown) => () =>
      serverWith(interceptors as Interceptor[], handlers);
    expect(wrong({})).toThrow("interceptors must be an array of functions; it is an object");
    expect(wrong([async (call: unknown) => call])).toThrow("an interceptor must return a function");
    const codec = { name: "x" } as unknown as Codec;
    expect(() => serverWith([], handlers, codec)).toThrow("codecs[0] must be a codec with name");
  });

  it("read and change headers, message, values and answer, unary over both ways of Connect and gRPC", async () => {
    const change: Interceptor = (next) => async (call) => {
      call.values.set(user, call.requestHeaders.get("x-user") as string);
      call.requestHeaders.set("x-added", "1");
      call.request = { ...(call.request as Method), name: "changed" };
      const response = (await next(call)) as Method;
      call.responseHeaders.set("x-response", "2");
      return { ...response, name: `${response.name}!` };
    };
    const call = serverWith([change], {
      echo: ({ name }, { values, requestHeaders }) => ({
        name: `${name} ${values.get(user)} ${requestHeaders.get("x-added")}`,
      }),
    });
    const grpc = await call("Echo", enveloped([0, message("x")]));
    expect(namesOf(grpc.body)).toEqual(["changed ada 1!"]);
    expect(grpc.headers.get("x-response")).toBe("2");
    const connect = await call("Echo", message("x"), "application/proto");
    expect(Method.decode(connect.body).name).toBe("changed ada 1!");
  });

  it("share one decode with the handler, and cause none when nobody reads", async () => {
    const codec = countingCodec();
    const reads: Interceptor = (next) => (call) => {
      expect((call.request as Method).name).toBe("x");
      expect(call.request).toBe(call.request);
      return next(call);
    };
    const call = serverWith([reads, reads], { echo: (request) => request }, codec);
    await call("Echo", enveloped([0, message("x")]));
    expect(codec.decoded).toBe(1);
    const answers: Interceptor = () => async () => ({ name: "cached" });
    const other = serverWith([answers], { echo: () => expect.unreachable() }, codec);
    expect(namesOf((await other("Echo", enveloped([0, message("x")]))).body)).toEqual(["cached"]);
    expect(codec.decoded).toBe(1);
  });

  it("refuse a call, and see a handler's error", async () => {
    const seen: unknown[] = [];
    const watch: Interceptor = (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        seen.push((error as RpcError).code);
        throw new RpcError("permission_denied", "no");
      }
    };
    const call = serverWith([watch], {
      echo: () => {
        throw new RpcError("not_found", "x");
      },
    });
    const answer = await call("Echo", enveloped([0, message("x")]));
    expect(answer.headers.get("grpc-status")).toBe("7");
    expect(seen).toEqual(["not_found"]);
  });

  it("repeat a call", async () => {
    let tries = 0;
    const again: Interceptor = (next) => async (call) => {
      try {
        return await next(call);
      } catch {
        return next(call);
      }
    };
    const call = serverWith([again], {
      echo: (request) => {
        if (tries++ === 0) throw new RpcError("aborted", "first");
        return request;
      },
    });
    expect(namesOf((await call("Echo", enveloped([0, message("x")]))).body)).toEqual(["x"]);
    expect(tries).toBe(2);
  });

  it("stand around streams, and change both directions", async () => {
    const upper = async function* (messages: AsyncIterable<Method>) {
      for await (const each of messages) yield { ...each, name: each.name.toUpperCase() };
    };
    const doubled = async function* (messages: AsyncIterable<Method>) {
      for await (const each of messages) {
        yield each;
        yield each;
      }
    };
    const change: Interceptor = (next) => async (call) => {
      call.request = upper(call.request as AsyncIterable<Method>);
      return doubled((await next(call)) as AsyncIterable<Method>);
    };
    const call = serverWith([change], {
      async *chat(requests) {
        for await (const { name } of requests) yield { name };
      },
    });
    const answer = await call("Chat", enveloped([0, message("a")], [0, message("b")]));
    expect(namesOf(answer.body)).toEqual(["A", "A", "B", "B"]);
    expect(answer.trailers.get("grpc-status")).toBe("0");
  });

  it("that throw something else than an RpcError tell the caller nothing of it", async () => {
    const broken: Interceptor = () => async () => {
      throw new Error("secret");
    };
    const call = serverWith([broken], { echo: (request) => request });
    const answer = await call("Echo", enveloped([0, message("x")]));
    expect(answer.headers.get("grpc-message")).toBe("internal error");
  });
});

describe("runInterceptor", () => {
  const { echo } = EchoService.methods;

  it("runs one alone", async () => {
    const tag: Interceptor = (next) => async (call) => {
      call.requestHeaders.set("x-tag", `${call.side} ${call.method.name}`);
      return next(call);
    };
    const { call, response, nextCalls } = await runInterceptor(tag, {
      method: echo,
      side: "client",
      request: { name: "a" },
      next: ({ request }) => request,
    });
    expect(call.requestHeaders.get("x-tag")).toBe("client Echo");
    expect(response).toEqual({ name: "a" });
    expect(nextCalls).toBe(1);
  });

  it("throws what the interceptor throws", async () => {
    const refuse: Interceptor = () => async () => {
      throw new RpcError("unauthenticated", "who are you?");
    };
    await expect(runInterceptor(refuse, { method: echo })).rejects.toThrow("who are you?");
  });
});
