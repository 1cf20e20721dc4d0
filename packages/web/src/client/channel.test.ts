import { type Code, createClient, type RpcError } from "@bowline/rpc";
import { afterEach, expect, it, vi } from "vitest";
import { EchoService } from "../../../rpc/src/fixtures/echo-service.js";
import { createFetchChannel, type FetchChannelOptions } from "./channel.js";

const target = "https://api.example.com/rpc/";
const proto = { "content-type": "application/proto" };

/** A client whose `fetch` is answered by the test. */
function clientOf(
  answer: (url: string, init: RequestInit) => Response | Promise<Response>,
  options: FetchChannelOptions = {},
) {
  const fetch = async (url: string, init: RequestInit) => answer(url, init);
  return createClient(EchoService, createFetchChannel(target, { fetch, ...options }));
}

async function failureOf(call: PromiseLike<unknown>): Promise<RpcError> {
  return Promise.resolve(call).then(
    () => expect.unreachable("the call did not fail"),
    (error) => error as RpcError,
  );
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it("asks for nothing that the caller did not, and sends no header that is the platform's", async () => {
  const seen: [string, RequestInit][] = [];
  const client = clientOf((...request) => {
    seen.push(request);
    return new Response(null, { headers: proto });
  });
  await client.echo({ name: "a" }, { headers: { authorization: "x" }, timeoutMs: 1000 });
  const [url, { signal, body, ...init }] = seen[0] as (typeof seen)[0];
  expect(url).toBe("https://api.example.com/rpc/test.v1.EchoService/Echo");
  expect(init).toEqual({
    method: "POST",
    redirect: "manual",
    headers: [
      ["content-type", "application/proto"],
      ["connect-protocol-version", "1"],
      ["connect-timeout-ms", "1000"],
      ["authorization", "x"],
    ],
  });
  expect(signal?.aborted).toBe(false);
  expect(body).toEqual(Uint8Array.of(10, 1, 97));
});

it("takes a user-agent that the caller sets", async () => {
  let headers: RequestInit["headers"];
  const client = clientOf((_, init) => {
    headers = init.headers;
    return new Response(null, { headers: proto });
  });
  await client.echo({}, { headers: { "user-agent": "mine/1" } });
  expect(new Headers(headers).get("user-agent")).toBe("mine/1");
});

it("calls by GET without a body where that is asked for, through the cache that is asked for", async () => {
  const seen: [string, RequestInit][] = [];
  const client = clientOf(
    (...request) => {
      seen.push(request);
      return new Response(null, { headers: proto });
    },
    { useHttpGet: true, cache: "force-cache", credentials: "include" },
  );
  await client.lookUp({ name: "a" });
  await client.echo({ name: "a" });
  const [[url, get], [, post]] = seen as [[string, RequestInit], [string, RequestInit]];
  expect(url).toBe(
    "https://api.example.com/rpc/test.v1.EchoService/LookUp?connect=v1&encoding=proto&base64=1&message=CgFh",
  );
  expect(get).toMatchObject({ method: "GET", headers: [], cache: "force-cache" });
  expect(get.body).toBeUndefined();
  expect(post).toMatchObject({ method: "POST", credentials: "include" });
});

it("aborts the request when the call is given up, and when its time is over", async () => {
  const signals: AbortSignal[] = [];
  const client = clientOf(
    (_, { signal }) =>
      new Promise((_, reject) => {
        signals.push(signal as AbortSignal);
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  );
  const call = client.echo({});
  await vi.waitFor(() => expect(signals).toHaveLength(1));
  call.cancel();
  expect(await failureOf(call)).toMatchObject({ code: "canceled" });
  expect(await failureOf(client.echo({}, { timeoutMs: 5 }))).toMatchObject({
    code: "deadline_exceeded",
  });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it("uses the fetch that there is when a call is made", async () => {
  const client = createClient(EchoService, createFetchChannel(target));
  vi.stubGlobal("fetch", async () => new Response(null, { headers: proto }));
  expect((await client.echo({})).name).toBe("");
});

it("reads an answer that the platform decompressed", async () => {
  const headers = { ...proto, "content-encoding": "gzip", "content-length": "9999999999" };
  const client = clientOf(() => new Response(Uint8Array.of(10, 1, 97), { headers }));
  expect((await client.echo({})).name).toBe("a");
  const unknown = clientOf(
    () => new Response("?", { headers: { ...proto, "content-encoding": "snappy" } }),
  );
  expect(await failureOf(unknown.echo({}))).toMatchObject({
    code: "internal",
    message: expect.stringContaining("snappy"),
  });
});

it.each([
  [{ code: "ECONNREFUSED" }, "BOWLINE_UNREACHABLE", /ECONNREFUSED.*Is the server running/],
  [{ code: "ECONNRESET", message: "read ECONNRESET" }, "BOWLINE_LOST", /read ECONNRESET/],
  [
    { code: "HPE_INVALID_CONSTANT", message: "Expected HTTP/" },
    "BOWLINE_MALFORMED",
    /Expected HTTP/,
  ],
  [{ code: "UND_ERR_HEADERS_OVERFLOW" }, "BOWLINE_LIMIT", /headers/],
  [undefined, "BOWLINE_LOST", /Failed to fetch. Is the server running/],
] as const)("says why there was no response: %j", async (cause, reason, message) => {
  const client = clientOf(() => {
    throw Object.assign(
      new TypeError("Failed to fetch"),
      cause === undefined ? {} : { cause: { message: "", ...cause } },
    );
  });
  expect(await failureOf(client.echo({}))).toMatchObject({
    reason,
    message: expect.stringMatching(message),
  });
});

it("reminds a page of CORS where the server is of another origin", async () => {
  vi.stubGlobal("location", { origin: "https://app.example.com" });
  const client = clientOf(() => {
    throw new TypeError("Failed to fetch");
  });
  const { message } = await failureOf(client.echo({}));
  expect(message).toContain("does its CORS let https://app.example.com call?");
});

it("does not follow a redirect, which would make another request of the call", async () => {
  const opaque = new Response();
  Object.defineProperty(opaque, "type", { value: "opaqueredirect" });
  const client = clientOf(() => opaque);
  const error = await failureOf(client.echo({}));
  expect(error.message).toContain("redirects the call");
});

it("refuses an answer whose headers are past the limit", async () => {
  const headers = { ...proto, "x-large": "v".repeat(1000) };
  const client = clientOf(() => new Response(null, { headers }), {
    limits: { headerListBytes: 1000 },
  });
  expect(await failureOf(client.echo({}))).toMatchObject({ reason: "BOWLINE_LIMIT" });
});

it("takes paths of the page's origin", async () => {
  vi.stubGlobal("location", { origin: "https://app.example.com" });
  expect(createFetchChannel("/").target).toBe("https://app.example.com");
  expect(createFetchChannel("/rpc/v1").target).toBe("https://app.example.com/rpc/v1");
  expect(createFetchChannel(new URL("http://localhost:8080")).target).toBe("http://localhost:8080");
});

it.each([
  ["api.example.com", /Write https:\/\/api.example.com, or http:\/\/api.example.com/],
  ["localhost:8080", /Write https:\/\/localhost:8080/],
  ["//api.example.com", /does not say where/],
  ["/rpc", /there is no page/],
  ["ftp://x", /does not say where/],
  ["https://", /is not a URL/],
  ["https://user:secret@x/", /redacted.*leave out user/],
  ["https://x/?a=1", /leave out user, path|leave out user, query/],
])("refuses the base URL %s", (url, message) => {
  const run = () => createFetchChannel(url);
  expect(run).toThrow(expect.objectContaining({ reason: "BOWLINE_TARGET" }));
  expect(run).toThrow(message);
  expect(run).not.toThrow("secret");
});

it("refuses what is no base URL, gRPC, and options that do not exist", () => {
  expect(() => createFetchChannel(5 as never)).toThrow(TypeError);
  expect(() => createFetchChannel(target, { protocol: "grpc" })).toThrow(
    expect.objectContaining({
      code: "unimplemented" satisfies Code,
      message: expect.stringMatching(/trailers.*"connect" or "grpc-web".*@bowline\/node/),
    }),
  );
  expect(() => createFetchChannel(target, { tls: {} } as never)).toThrow(/no option "tls"/);
  expect(() => createFetchChannel(target, { fetch: 1 } as never)).toThrow(/fetch must be/);
  expect(() => createFetchChannel(target, { limits: { headerListBytes: 0 } })).toThrow(/limits/);
});

it("lets nothing begin once it is closed, and ends what is under way", async () => {
  const fetch = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  const channel = createFetchChannel(target, { fetch });
  const client = createClient(EchoService, channel);
  const call = client.echo({});
  await channel.close();
  for (const each of [call, client.echo({})]) {
    expect(await failureOf(each)).toMatchObject({ reason: "BOWLINE_CHANNEL_CLOSED" });
  }
});
