import { Method } from "@bowline/protobuf/wkt";
import {
  ContextValues,
  createContextKey,
  type HandlerCall,
  type Implementation,
  implement,
  RpcError,
} from "@bowline/rpc";
import { afterEach, expect, it, vi } from "vitest";
import { EchoService } from "../../../rpc/src/fixtures/echo-service.js";
import { createFetchHandler, type FetchHandlerOptions } from "./handler.js";

const origin = "https://api.example.com";
const json = { "content-type": "application/json" };

/** A service that tells the test of its calls. */
function echo(onCall: (call: HandlerCall) => unknown = () => {}): Implementation {
  return implement(EchoService, {
    echo: async (request, call) => {
      await onCall(call);
      return request;
    },
    async *watch(request, call) {
      yield request;
      await onCall(call);
    },
    async collect(requests) {
      let count = 0;
      for await (const _ of requests) count++;
      return { name: String(count) };
    },
    lookUp: (request) => request,
  });
}

function post(path: string, init: RequestInit = {}): Request {
  return new Request(`${origin}${path}`, { method: "POST", headers: json, body: "{}", ...init });
}

const path = "/test.v1.EchoService/Echo";

afterEach(() => {
  vi.useRealTimers();
});

it("answers a request with a response", async () => {
  const response = await createFetchHandler([echo()])(post(path, { body: '{"name":"Ada"}' }));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(await response.json()).toEqual({ name: "Ada" });
});

it("answers GET for methods without side effects, and no others", async () => {
  const handler = createFetchHandler([echo()]);
  const query = `?connect=v1&encoding=json&message=${encodeURIComponent('{"name":"Ada"}')}`;
  const got = await handler(new Request(`${origin}/test.v1.EchoService/LookUp${query}#part`));
  expect([got.status, await got.text()]).toEqual([200, '{"name":"Ada"}']);
  const refused = await handler(new Request(`${origin}${path}${query}`));
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "POST"]);
});

it("serves below a prefix, and gives the rest to the fallback with what the platform passed", async () => {
  const handler = createFetchHandler<[{ region: string }, string]>([echo()], {
    prefix: "/rpc",
    fallback: (request, env, ctx) => new Response(`${request.method} ${env.region} ${ctx}`),
  });
  expect((await handler(post(`/rpc${path}`), { region: "eu" }, "ctx")).status).toBe(200);
  for (const other of [path, "/rpc", `/rpcx${path}`, "/rpc/other.v1.Service/Echo", "/"]) {
    const response = await handler(post(other), { region: "eu" }, "ctx");
    expect(await response.text()).toBe("POST eu ctx");
  }
  const unknown = await handler(post("/rpc/test.v1.EchoService/Nothing"), { region: "eu" }, "ctx");
  expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining("Echo")]);
});

it("answers 404 for other paths where there is no fallback, and 400 for paths in disguise", async () => {
  const handler = createFetchHandler([echo()], { prefix: "/rpc" });
  expect((await handler(post("/elsewhere"))).status).toBe(404);
  expect((await handler(post(path))).status).toBe(404);
  expect((await handler(post("/rpc/test.v1.EchoService%2fEcho"))).status).toBe(400);
});

it("refuses gRPC by name", async () => {
  const headers = { "content-type": "application/grpc+proto" };
  const response = await createFetchHandler([echo()])(post(path, { headers }));
  expect(response.status).toBe(505);
  expect(await response.text()).toMatch(/trailers.*Connect or gRPC-Web.*@bowline\/node/);
});

it("gives calls the platform's values, and the peer's address", async () => {
  const region = createContextKey("region", "nowhere");
  const seen: string[] = [];
  const handler = createFetchHandler<[{ region: string }]>(
    [echo((call) => seen.push(`${call.values.get(region)} ${call.peer.address}`))],
    {
      values: (_, env) => new ContextValues().set(region, env.region),
      peerAddress: (request) => request.headers.get("x-real-ip") ?? undefined,
    },
  );
  await handler(post(path, { headers: { ...json, "x-real-ip": "10.0.0.1" } }), { region: "eu" });
  await handler(post(path), { region: "us" });
  expect(seen).toEqual(["eu 10.0.0.1", "us unknown"]);
});

it("answers what values throws in the caller's protocol, for pages of other origins, too", async () => {
  const onError = vi.fn();
  const broken = new Error("secret");
  const app = "https://app.example.com";
  for (const [thrown, status, code] of [
    [new RpcError("unauthenticated", "who are you?"), 401, "unauthenticated"],
    [broken, 500, "internal"],
  ] as const) {
    const handler = createFetchHandler([echo()], {
      cors: { origins: [app] },
      onError,
      values: () => {
        throw thrown;
      },
    });
    const response = await handler(post(path, { headers: { ...json, origin: app } }));
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ code }),
    ]);
    expect(response.headers.get("access-control-allow-origin")).toBe(app);
  }
  expect(onError.mock.calls).toEqual([[broken, expect.anything()]]);
});

it("lets pages of other origins read that somebody read the body before", async () => {
  const app = "https://app.example.com";
  const request = post(path, { headers: { ...json, origin: app } });
  await request.text();
  const response = await createFetchHandler([echo()], { cors: { origins: [app] } })(request);
  expect(response.headers.get("access-control-allow-origin")).toBe(app);
  expect(await response.text()).toContain("was read before");
});

it("says so when somebody read the body before", async () => {
  const handler = createFetchHandler([echo()]);
  const read = post(path);
  await read.text();
  const locked = post(path);
  locked.body?.getReader();
  for (const request of [read, locked]) {
    const response = await handler(request);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      code: "internal",
      message: expect.stringContaining("read before the call got it"),
    });
  }
});

it.each([
  [
    "a header list",
    { headerListBytes: 200 },
    Object.fromEntries([..."abcdef"].map((name) => [`x-${name}`, "v"])),
  ],
  ["a header", { headerFieldBytes: 50 }, { "x-long": "v".repeat(45) }],
] as const)("answers %s past the limit with 431", async (_, limits, headers) => {
  const handler = createFetchHandler([echo()], { limits });
  expect((await handler(post(path, { headers: { ...json, ...headers } }))).status).toBe(431);
  expect((await handler(post(path))).status).toBe(200);
});

it("streams a response as the handler makes it", async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const handler = createFetchHandler([echo(() => held)]);
  const request = {
    headers: { "content-type": "application/connect+json" },
    body: "\0\0\0\0\x02{}",
  };
  const response = await handler(post("/test.v1.EchoService/Watch", request));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const first = await reader.read();
  expect(new TextDecoder().decode(first.value?.subarray(5))).toBe("{}");
  release();
  const last = await reader.read();
  expect(last.value?.[0]).toBe(2);
  expect((await reader.read()).done).toBe(true);
});

it("goes both ways at once where the platform does", async () => {
  let requests!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      requests = controller;
    },
  });
  const send = (name: string) => {
    const message = new TextEncoder().encode(JSON.stringify({ name }));
    requests.enqueue(Uint8Array.of(0, 0, 0, 0, message.length, ...message));
  };
  const handler = createFetchHandler([
    implement(EchoService, {
      async *chat(messages) {
        for await (const { name } of messages) yield { name: `${name}!` };
      },
    }),
  ]);
  const headers = { "content-type": "application/connect+json" };
  const request = post("/test.v1.EchoService/Chat", {
    headers,
    body,
    duplex: "half",
  } as RequestInit);
  const answering = handler(request);
  send("a");
  const reader = (await answering).body?.getReader();
  const next = async () => new TextDecoder().decode((await reader?.read())?.value?.subarray(5));
  expect(await next()).toBe('{"name":"a!"}');
  send("b");
  expect(await next()).toBe('{"name":"b!"}');
  requests.close();
  expect(await next()).toBe("{}");
});

it("aborts the call's signal when the request's is aborted, and answers all the same", async () => {
  const controller = new AbortController();
  const aborted = new Promise<unknown>((resolve) => {
    const handler = createFetchHandler([
      echo(({ signal }) => {
        signal.addEventListener("abort", () => resolve(signal.reason));
        controller.abort();
        return new Promise(() => {});
      }),
    ]);
    void handler(post(path, { signal: controller.signal })).then(({ status }) => {
      expect(status).toBe(499);
    });
  });
  expect(await aborted).toMatchObject({ code: "canceled" });
});

it("aborts the call's signal when the body of the response is cancelled", async () => {
  const aborted = new Promise<unknown>((resolve) => {
    const handler = createFetchHandler([
      echo(({ signal }) => {
        signal.addEventListener("abort", () => resolve(signal.reason));
        return new Promise(() => {});
      }),
    ]);
    const headers = { "content-type": "application/connect+json" };
    const request = post("/test.v1.EchoService/Watch", { headers, body: "\0\0\0\0\x02{}" });
    void handler(request).then(async ({ body }) => {
      const reader = body?.getReader();
      await reader?.read();
      await reader?.cancel();
    });
  });
  expect(await aborted).toMatchObject({ code: "canceled" });
});

it("ends a request whose body stops, but no stream that rests between its messages", async () => {
  vi.useFakeTimers();
  const handler = createFetchHandler([echo()], { limits: { stallTimeoutMs: 1_000 } });
  const open = (text: string, to: string, contentType: string) => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    });
    const headers = { "content-type": contentType };
    return handler(post(to, { body, headers, duplex: "half" } as RequestInit));
  };
  const stalled = open('{"name"', path, "application/json");
  let isOver = false;
  const collect = "/test.v1.EchoService/Collect";
  void open("\0\0\0\0\x02{}", collect, "application/connect+json").then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(2_100);
  expect(await (await stalled).json()).toMatchObject({ code: "deadline_exceeded" });
  expect(isOver).toBe(false);
});

it("ends the largest message of which a part has come, where those of all are past the limit", async () => {
  const handler = createFetchHandler([echo()], { limits: { partialMessageBytes: 1_000 } });
  const open = (contentType: string, to: string) => {
    let body!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        body = controller;
      },
    });
    const headers = { "content-type": contentType };
    const answer = handler(post(to, { headers, body: stream, duplex: "half" } as RequestInit));
    return { body, answer };
  };
  const small = open("application/json", path);
  const large = open("application/connect+json", "/test.v1.EchoService/Collect");
  const text = new TextEncoder().encode(`{"name":"${"x".repeat(390)}"}`);
  small.body.enqueue(text);
  large.body.enqueue(Uint8Array.of(0, 0, 0, 16, 0, ...new Uint8Array(595)));
  large.body.enqueue(new Uint8Array(50));
  const ended = await (await large.answer).text();
  expect(ended).toContain("resource_exhausted");
  expect(ended).toContain("partialMessageBytes");
  small.body.close();
  expect((await small.answer).status).toBe(200);
  // What is over is not counted any more.
  for (let i = 0; i < 10; i++) {
    const next = open("application/json", path);
    next.body.enqueue(text);
    next.body.close();
    expect((await next.answer).status).toBe(200);
  }
});

it("ends a response of which the caller takes nothing for too long", async () => {
  vi.useFakeTimers();
  let reason: unknown;
  const service = implement(EchoService, {
    async *watch(_, { signal }) {
      signal.addEventListener("abort", () => {
        reason = signal.reason;
      });
      for (;;) yield { name: "x".repeat(10_000) };
    },
  });
  const handler = createFetchHandler([service], { limits: { stallTimeoutMs: 1_000 } });
  const headers = { "content-type": "application/connect+json" };
  const request = post("/test.v1.EchoService/Watch", { headers, body: "\0\0\0\0\x02{}" });
  const reader = (await handler(request)).body?.getReader();
  await vi.advanceTimersByTimeAsync(900);
  // Somebody who takes something is given more time.
  for (let i = 0; i < 20; i++) await reader?.read();
  await vi.advanceTimersByTimeAsync(900);
  expect(reason).toBeUndefined();
  await vi.advanceTimersByTimeAsync(200);
  expect(reason).toMatchObject({ code: "deadline_exceeded" });
});

it("compresses with what the platform has, for those who ask", async () => {
  const handler = createFetchHandler([echo()], { compression: { minBytes: 0 } });
  const response = await handler(post(path, { headers: { ...json, "accept-encoding": "gzip" } }));
  expect(response.headers.get("content-encoding")).toBe("gzip");
  const plain = response.body?.pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(plain ?? null).text()).toBe("{}");
});

it("lets pages of other origins call where cors says so", async () => {
  const handler = createFetchHandler([echo()], { cors: { origins: ["https://app.example.com"] } });
  const headers = { origin: "https://app.example.com", "access-control-request-method": "POST" };
  const asked = await handler(new Request(`${origin}${path}`, { method: "OPTIONS", headers }));
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
});

it.each([
  [{ prefix: "rpc" }, /prefix must be a path/],
  [{ prefix: "/rpc/" }, /prefix must be a path/],
  [{ limits: { receivedMessageBytes: 0 } }, /limits.receivedMessageBytes/],
  [{ limits: { headers: 1 } }, /limits has no option "headers"/],
  [{ fallbak: 1 }, /did you mean fallback/],
  [{ gate: 1 }, /gate must be a function/],
] as unknown as [FetchHandlerOptions, RegExp][])("refuses the options %j", (options, message) => {
  expect(() => createFetchHandler([echo()], options)).toThrow(message);
});

it("takes and gives binary messages", async () => {
  const headers = { "content-type": "application/proto" };
  const body = Method.encode({ name: "Ada" }) as Uint8Array<ArrayBuffer>;
  const response = await createFetchHandler([echo()])(post(path, { headers, body }));
  expect(Method.decode(new Uint8Array(await response.arrayBuffer())).name).toBe("Ada");
});
