import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { type Code, ContextValues, createClient, createContextKey, RpcError } from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createChannel, type NodeChannelOptions } from "../channel.js";
import { AllKindsService, allKindsService } from "../fixtures/all-kinds-service.js";
import { type App, type AppOptions, frameworks, http2App } from "../fixtures/framework-apps.js";
import { RawConnection, rawRequest } from "../fixtures/raw-connection.js";

const userKey = createContextKey("user", "nobody");
const path = "/test.v1.AllKindsService/Say";
const json = "content-type: application/json";
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

type Start = (options: Partial<AppOptions>) => Promise<App>;

function starter(start: (options: AppOptions) => Promise<App>): Start {
  return async (options) => {
    const app = await start({ services: [allKindsService()], ...options });
    open.push(app);
    return app;
  };
}

function clientOf({ url }: App, options: NodeChannelOptions = {}, prefix = "") {
  const channel = createChannel(url + prefix, options);
  open.push(channel);
  return createClient(AllKindsService, channel);
}

async function names(messages: AsyncIterable<{ name: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of messages) found.push(name);
  return found;
}

async function errorOf(call: PromiseLike<unknown>): Promise<RpcError> {
  try {
    await call;
  } catch (error) {
    return error as RpcError;
  }
  throw new Error("the call did not fail");
}

const protocols: readonly NodeChannelOptions[] = [
  { protocol: "connect" },
  { protocol: "connect", codec: jsonCodec },
  { protocol: "grpc-web" },
];

describe.each(Object.entries(frameworks))("%s", (name, framework) => {
  const start = starter(framework);

  it.each(protocols)("answers every kind of method: %o", async (options) => {
    const client = clientOf(await start({}), options);
    expect((await client.say({ name: "Ada" })).name).toBe("Ada");
    expect(await names(client.count({ name: "abc" }))).toEqual(["a", "b", "c"]);
    expect((await client.join([{ name: "a" }, { name: "b" }])).name).toBe("ab");
  });

  it("answers GET, and a body that comes while a middleware takes its time", async () => {
    const app = await start({ before: () => new Promise((resolve) => setTimeout(resolve, 30)) });
    const got = await clientOf(app, { useHttpGet: true }).say({ name: "Ada" });
    expect(got.name).toBe("Ada");
    const long = "x".repeat(1_000_000);
    expect((await clientOf(app).say({ name: long })).name).toBe(long);
  });

  it("leaves other routes alone", async () => {
    const { url } = await start({});
    const post = await fetch(`${url}/rest`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"a":1}',
    });
    expect(await post.json()).toEqual({ rest: { a: 1 } });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}${path}`, { method: "OPTIONS" })).status).not.toBe(405);
  });

  it("answers methods that a service does not have in the caller's protocol", async () => {
    const { url } = await start({});
    const answer = await fetch(`${url}/test.v1.AllKindsService/Nope`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "unimplemented" });
    expect((await fetch(`${url}${path}`, { method: "DELETE" })).status).toBe(405);
  });

  it("serves below a path", async () => {
    const app = await start({ prefix: "/api" });
    const answer = await fetch(`${app.url}/api${path}?a=/test.v1.AllKindsService/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"Ada"}',
    });
    expect(await answer.json()).toEqual({ name: "Ada" });
    expect((await fetch(`${app.url}${path}`, { method: "POST" })).status).toBe(404);
  });

  it("runs middleware before, gives what it knows to the call, and sends the headers it set", async () => {
    const app = await start({
      before: (request) => {
        request.user = String(request.headers["x-user"]);
      },
      header: ["x-request-id", "17"],
      values: ({ user }) => new ContextValues().set(userKey, user),
      services: [
        allKindsService({ say: async (_, { values }) => ({ name: values.get(userKey) }) }),
      ],
    });
    const call = clientOf(app).say({}, { headers: { "x-user": "Ada" } });
    expect((await call).name).toBe("Ada");
    expect((await call.headers).get("x-request-id")).toBe("17");
  });

  it.each(protocols)(
    "answers errors of middleware in the caller's protocol: %o",
    async (options) => {
      const app = await start({
        before: () => {
          throw new RpcError("unauthenticated", "who are you?");
        },
      });
      const client = clientOf(app, options);
      for (const call of [client.say({}), names(client.count({})), client.join([])]) {
        expect(await errorOf(call)).toMatchObject({
          code: "unauthenticated",
          rawMessage: "who are you?",
        });
      }
    },
  );

  it.each([
    [401, "unauthenticated", "not you"],
    [403, "permission_denied", "not you"],
    [413, "resource_exhausted", "not you"],
    [418, "invalid_argument", "not you"],
    [503, "unavailable", "a middleware answered with HTTP status 503"],
  ] as [number, Code, string][])(
    "takes HTTP errors of middleware by their status: %d",
    async (status, code, text) => {
      const app = await start({
        before: () => {
          throw Object.assign(new Error("not you"), { status, statusCode: status });
        },
      });
      expect(await errorOf(clientOf(app).say({}))).toMatchObject({ code, rawMessage: text });
    },
  );

  it("tells callers nothing of other errors of middleware, and the hook all", async () => {
    const onError = vi.fn();
    const broken = new Error("secret");
    const app = await start({
      before: () => {
        throw broken;
      },
      mount: { onError },
    });
    const error = await errorOf(clientOf(app).say({}));
    expect([error.code, error.rawMessage]).toEqual(["internal", "internal error"]);
    expect(onError.mock.calls).toEqual([
      [broken, expect.objectContaining({ method: AllKindsService.methods.say })],
    ]);
  });

  it("answers what values throws as an error of middleware", async () => {
    const app = await start({
      values: () => {
        throw new RpcError("permission_denied", "no tenant");
      },
    });
    expect((await errorOf(clientOf(app).say({}))).code).toBe("permission_denied");
  });

  it("grants pages of other origins what cors says, and lets them read errors of middleware", async () => {
    const origin = "https://app.example.com";
    const app = await start({
      mount: { cors: { origins: [origin] } },
      before: ({ method }) => {
        if (method === "POST") throw new RpcError("unauthenticated", "who are you?");
      },
    });
    const asked = await fetch(app.url + path, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    const headers = { origin, "content-type": "application/json" };
    const refused = await fetch(app.url + path, { method: "POST", headers, body: "{}" });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([
      401,
      origin,
    ]);
  });

  it("answers a browser's question in front of authentication, and other origins with no permission", async () => {
    const origin = "https://app.example.com";
    const app = await start({
      mount: { cors: { origins: [origin], credentials: true } },
      header: ["vary", "accept-encoding"],
      before: ({ headers }) => {
        if (headers.authorization === undefined) throw new RpcError("unauthenticated", "who?");
      },
    });
    const ask = (from: string) =>
      fetch(app.url + path, {
        method: "OPTIONS",
        headers: { origin: from, "access-control-request-method": "POST" },
      });
    const asked = await ask(origin);
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    expect(asked.headers.get("vary")).toBe("accept-encoding, origin");
    for (const other of ["null", `${origin}.evil.com`, "http://app.example.com"]) {
      const headers = { origin: other, "content-type": "application/json", authorization: "Ada" };
      const called = await fetch(app.url + path, { method: "POST", headers, body: "{}" });
      for (const response of [await ask(other), called]) {
        const granted = [...response.headers.keys()].filter((name) => name.startsWith("access-"));
        expect(granted).toEqual([]);
        expect(response.headers.get("vary")).toBe("accept-encoding, origin");
      }
    }
  });

  it.each([
    ["access-control-allow-origin", "*", "https://app.example.com"],
    ["content-length", "3", "14"],
    ["content-encoding", "br", null],
  ])("has the call's own %s, whatever middleware set", async (header, set, sent) => {
    const origin = "https://app.example.com";
    const app = await start({ mount: { cors: { origins: [origin] } }, header: [header, set] });
    const headers = { origin, "content-type": "application/json", "accept-encoding": "identity" };
    const called = await fetch(app.url + path, { method: "POST", headers, body: '{"name":"Ada"}' });
    expect(await called.text()).toBe('{"name":"Ada"}');
    expect(called.headers.get(header)).toBe(sent);
  });

  it("keeps limits, deadlines, the gate, interceptors and compression as serve does", async () => {
    const seen: string[] = [];
    const app = await start({
      mount: {
        limits: { receivedMessageBytes: 1_000 },
        deadline: { maxMs: 50 },
        gate: ({ requestHeaders }) => {
          if (requestHeaders.get("x-no") !== undefined) throw new RpcError("unavailable", "no");
        },
        interceptors: [
          (next) => (call) => {
            seen.push(call.method.name);
            return next(call);
          },
        ],
      },
      services: [
        allKindsService({
          async say({ name }) {
            if (name === "wait") await new Promise(() => {});
            return { name: name.repeat(3_000) };
          },
        }),
      ],
    });
    const client = clientOf(app);
    expect((await errorOf(client.say({ name: "x".repeat(1_001) }))).code).toBe(
      "resource_exhausted",
    );
    expect((await errorOf(client.say({ name: "wait" }))).code).toBe("deadline_exceeded");
    expect((await errorOf(client.say({}, { headers: { "x-no": "1" } }))).code).toBe("unavailable");
    const asked = await fetch(`${app.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "accept-encoding": "gzip" },
      body: '{"name":"a"}',
    });
    expect(asked.headers.get("content-encoding")).toBe("gzip");
    expect(await asked.json()).toEqual({ name: "a".repeat(3_000) });
    expect(seen).toEqual(["Say", "Say"]);
  });

  it("tells the handler when the caller leaves, in the middle of a stream and before the answer", async () => {
    const left: Promise<string>[] = [];
    const aborted = ({ signal }: { signal: AbortSignal }) =>
      new Promise<string>((resolve) => {
        signal.addEventListener("abort", () => resolve((signal.reason as RpcError).code));
      });
    const app = await start({
      services: [
        allKindsService({
          async say(_, call) {
            left.push(aborted(call));
            await new Promise(() => {});
            return {};
          },
          async *count(_, call) {
            left.push(aborted(call));
            yield { name: "first" };
            await new Promise(() => {});
          },
        }),
      ],
    });
    const client = clientOf(app);
    for await (const { name } of client.count({})) {
      expect(name).toBe("first");
      break;
    }
    const controller = new AbortController();
    const call = errorOf(client.say({}, { signal: controller.signal }));
    await vi.waitFor(() => expect(left).toHaveLength(2));
    controller.abort();
    expect((await call).code).toBe("canceled");
    expect(await Promise.all(left)).toEqual(["canceled", "canceled"]);
  });

  it("goes on with a connection whose request was refused, by a middleware or on its body", async () => {
    const app = await start({
      before: (request) => {
        if (request.headers["x-no"]) throw new RpcError("unauthenticated", "who are you?");
      },
      mount: { limits: { receivedMessageBytes: 100 } },
    });
    const connection = new RawConnection(app.port);
    open.push({ [Symbol.asyncDispose]: async () => connection.end() });
    const big = "x".repeat(100_000);
    connection.write(rawRequest([json, "x-no: 1", `content-length: ${big.length}`], big, path));
    expect((await connection.responses(1)).text).toMatch(/^HTTP\/1\.1 401 /);
    connection.write(rawRequest([json, `content-length: ${big.length}`], big, path));
    await connection.responses(2);
    connection.write(rawRequest([json, "content-length: 2"], "{]", path));
    await connection.responses(3);
    connection.write(rawRequest([json, "content-length: 14"], '{"name":"Ada"}', path));
    const { text, closed } = await connection.responses(4);
    expect(text.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(-3))).toEqual([
      "401",
      "429",
      "400",
      "200",
    ]);
    expect(closed).toBe(false);
  });

  it("ends a request whose body stalls, and says so", async () => {
    const app = await start({ mount: { limits: { stallTimeoutMs: 150 } } });
    const connection = new RawConnection(app.port);
    connection.write(rawRequest([json, "content-length: 10"], '{"na', path));
    const { text, closed } = await connection.closed();
    expect(closed).toBe(true);
    expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*nothing of the request came for 150 ms/);
  });

  it("refuses a header field past its limit", async () => {
    const app = await start({ mount: { limits: { headerFieldBytes: 100 } } });
    const connection = new RawConnection(app.port);
    connection.write(rawRequest([json, `x-a: ${"a".repeat(98)}`, "content-length: 2"], "{}", path));
    expect((await connection.responses(1)).text).toMatch(/^HTTP\/1\.1 431 /);
    connection.end();
  });

  it("refuses gRPC over HTTP/1.1 as serve does, and bidi when it reads before it has all", async () => {
    const app = await start({});
    const answer = await fetch(`${app.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/grpc" },
      body: new Uint8Array(5),
    });
    expect(answer.headers.get("grpc-status") ?? String(answer.status)).not.toBe("0");
  });

  it(`refuses options that ${name} has no use for`, async () => {
    await expect(start({ mount: { port: 1 } as object })).rejects.toThrow('no option "port"');
    await expect(start({ mount: { limits: { connections: 1 } as object } })).rejects.toThrow(
      'no option "connections"',
    );
    const services = [allKindsService(), allKindsService()];
    await expect(start({ services })).rejects.toThrow("served twice");
  });
});

describe("Fastify 5 with http2: true", () => {
  const start = starter(http2App);
  const grpc: NodeChannelOptions = { protocol: "grpc" };

  it.each([
    grpc,
    { protocol: "connect", httpVersion: "2" },
    { protocol: "grpc-web", httpVersion: "2" },
  ] as NodeChannelOptions[])("answers every kind of method: %o", async (options) => {
    const client = clientOf(await start({}), options);
    expect((await client.say({ name: "Ada" })).name).toBe("Ada");
    expect(await names(client.count({ name: "abc" }))).toEqual(["a", "b", "c"]);
    expect((await client.join([{ name: "a" }, { name: "b" }])).name).toBe("ab");
    const chat = client.chat();
    await chat.send({ name: "hi" });
    const answers = chat[Symbol.asyncIterator]();
    expect((await answers.next()).value).toMatchObject({ name: "hi" });
    chat.closeSend();
    expect((await answers.next()).done).toBe(true);
  });

  it("runs hooks before, gives what they know to the call, and sends the headers they set", async () => {
    const app = await start({
      before: (request) => {
        request.user = String(request.headers["x-user"]);
      },
      header: ["x-request-id", "17"],
      values: ({ user }) => new ContextValues().set(userKey, user),
      services: [
        allKindsService({ say: async (_, { values }) => ({ name: values.get(userKey) }) }),
      ],
    });
    const call = clientOf(app, grpc).say({}, { headers: { "x-user": "Ada" } });
    expect((await call).name).toBe("Ada");
    expect((await call.headers).get("x-request-id")).toBe("17");
  });

  it.each([
    ["access-control-allow-origin", "*", "https://app.example.com"],
    ["vary", "accept-encoding", "accept-encoding, origin"],
    ["content-encoding", "br", undefined],
  ])("has the call's own %s, whatever a hook set", async (header, set, sent) => {
    const origin = "https://app.example.com";
    const app = await start({ mount: { cors: { origins: [origin] } }, header: [header, set] });
    const session = connect(app.url);
    const asked = { ":method": "POST", ":path": path, "content-type": "application/json", origin };
    const stream = session.request(asked).end("{}").resume();
    const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
    expect(headers[header]).toBe(sent);
    session.destroy();
  });

  it("answers errors of hooks in gRPC, and goes on with the connection", async () => {
    let refuse = true;
    const app = await start({
      before: () => {
        if (refuse) throw new RpcError("unauthenticated", "who are you?");
      },
    });
    const client = clientOf(app, grpc);
    expect((await errorOf(client.say({ name: "x".repeat(1_000_000) }))).code).toBe(
      "unauthenticated",
    );
    expect((await errorOf(names(client.count({})))).code).toBe("unauthenticated");
    refuse = false;
    expect((await client.say({ name: "Ada" })).name).toBe("Ada");
  });

  it("tells the handler when the caller leaves", async () => {
    let left: (code: string) => void = () => {};
    const told = new Promise<string>((resolve) => {
      left = resolve;
    });
    const app = await start({
      services: [
        allKindsService({
          async *count(_, { signal }) {
            signal.addEventListener("abort", () => left((signal.reason as RpcError).code));
            yield { name: "first" };
            await new Promise(() => {});
          },
        }),
      ],
    });
    for await (const { name } of clientOf(app, grpc).count({})) {
      expect(name).toBe("first");
      break;
    }
    expect(await told).toBe("canceled");
  });

  it("ends a call whose body stalls, and leaves other routes alone", async () => {
    const app = await start({ mount: { limits: { stallTimeoutMs: 100 } } });
    const call = clientOf(app, grpc).join();
    await call.send({ name: "a" });
    const slow = clientOf(app, { protocol: "connect", httpVersion: "2" });
    expect((await slow.say({ name: "Ada" })).name).toBe("Ada");
    call.closeSend();
    expect((await call).name).toBe("a");
  });
});
