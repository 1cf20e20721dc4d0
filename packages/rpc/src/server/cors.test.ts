import { expect, it } from "vitest";
import { EchoService } from "../fixtures/echo-service.js";
import { fakeServer } from "../fixtures/fake-server-stream.js";
import type { CorsOptions } from "./cors.js";
import { implement } from "./implement.js";

const services = [
  implement(EchoService, {
    echo: (request, call) => {
      call.responseTrailers.set("x-end", "1");
      return request;
    },
    async *watch(request) {
      yield request;
    },
  }),
];
const app = "https://app.example.com";
const ask = {
  "access-control-request-method": "POST",
  "access-control-request-headers": "content-type,connect-protocol-version",
};
const json = { "content-type": "application/json" };

async function answerOf(
  cors: CorsOptions | undefined,
  method: string,
  headers: Record<string, string>,
  target?: string,
) {
  const send = fakeServer(services, cors === undefined ? {} : { cors });
  const request = { method, headers, ...(target === undefined ? {} : { target }) };
  return await send(method === "POST" ? { ...request, body: "{}" } : request).answer;
}

it("is off unless it is configured: no header of it, and no answer to the browser's question", async () => {
  const asked = await answerOf(undefined, "OPTIONS", { origin: app, ...ask });
  expect(asked.status).toBe(405);
  const called = await answerOf(undefined, "POST", { origin: app, ...json });
  expect(called.status).toBe(200);
  for (const { headers } of [asked, called]) {
    expect([...headers].filter(([name]) => /^access-control|^vary/.test(name))).toEqual([]);
  }
});

it("answers the browser's question with what the protocols need, and no more", async () => {
  const { status, headers, body } = await answerOf({ origins: [app] }, "OPTIONS", {
    origin: app,
    ...ask,
  });
  expect([status, body.length]).toEqual([204, 0]);
  expect(Object.fromEntries(headers)).toEqual({
    vary: "origin",
    "access-control-allow-origin": app,
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers":
      "connect-accept-encoding, connect-content-encoding, connect-protocol-version, connect-timeout-ms, content-encoding, content-type, grpc-accept-encoding, grpc-encoding, grpc-timeout, x-grpc-web, x-user-agent",
    "access-control-max-age": "7200",
  });
});

it("takes the caller's headers, credentials and age", async () => {
  const cors: CorsOptions = {
    origins: [app],
    credentials: true,
    allowHeaders: ["Authorization", "content-type"],
    exposeHeaders: ["X-End"],
    maxAgeMs: 60_000,
  };
  const { headers } = await answerOf(cors, "OPTIONS", { origin: app, ...ask });
  expect(headers.get("access-control-allow-headers")).toMatch(/x-user-agent, authorization$/);
  expect(headers.get("access-control-allow-credentials")).toBe("true");
  expect(headers.get("access-control-max-age")).toBe("60");
  const called = await answerOf(cors, "POST", { origin: app, ...json });
  expect(called.headers.get("access-control-expose-headers")).toBe(
    "accept-post, connect-content-encoding, content-encoding, grpc-encoding, grpc-message, grpc-status, grpc-status-details-bin, x-end, trailer-x-end",
  );
  expect(called.headers.get("trailer-x-end")).toBe("1");
});

it.each([
  ["a unary call", json, undefined, 200],
  ["a stream", { "content-type": "application/connect+json" }, "/test.v1.EchoService/Watch", 200],
  ["an error on the headers", { "content-type": "text/html" }, undefined, 415],
  ["a path that nothing is at", json, "/test.v1.EchoService/Nothing", 404],
  ["gRPC-Web as text", { "content-type": "application/grpc-web-text" }, undefined, 200],
] as const)("permits %s to be read", async (_, headers, target, status) => {
  const called = await answerOf({ origins: [app] }, "POST", { origin: app, ...headers }, target);
  expect(called.status).toBe(status);
  expect(called.headers.get("access-control-allow-origin")).toBe(app);
  expect(called.headers.get("access-control-expose-headers")).toContain("grpc-status");
  expect(called.headers.get("vary")).toBe("origin");
});

it.each([
  "https://evil.example.com",
  "https://app.example.com.evil.com",
  "null",
  "HTTPS://APP.EXAMPLE.COM",
])("gives no permission to %s", async (origin) => {
  const cors = { origins: [app], credentials: true };
  const asked = await answerOf(cors, "OPTIONS", { origin, ...ask });
  expect(asked.status).toBe(403);
  expect(asked.text).toContain("cors.origins");
  const called = await answerOf(cors, "POST", { origin, ...json });
  for (const { headers } of [asked, called]) {
    expect([...headers].filter(([name]) => name.startsWith("access-control"))).toEqual([]);
    expect(headers.get("vary")).toBe("origin");
  }
});

it("tells caches of GET requests without an origin that answers depend on it, and leaves others as they are", async () => {
  const query = "/test.v1.EchoService/LookUp?connect=v1&encoding=json&message=%7B%7D";
  const got = await answerOf({ origins: [app] }, "GET", {}, query);
  expect(got.headers.get("vary")).toBe("origin");
  expect(got.headers.has("access-control-allow-origin")).toBe(false);
  const posted = await answerOf({ origins: [app] }, "POST", json);
  expect(posted.headers.has("vary")).toBe(false);
});

it("gives every origin the star, which does not depend on it", async () => {
  const { headers } = await answerOf({ origins: "*" }, "POST", { origin: app, ...json });
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.has("vary")).toBe(false);
  expect(headers.has("access-control-allow-credentials")).toBe(false);
});

it.each([
  [{ origins: "*", credentials: true }, "list the origins"],
  [{ origins: ["*"] }, "cors.origins must be origins"],
  [{ origins: ["https://app.example.com/"] }, "without a path"],
  [{ origins: ["app.example.com"] }, "without a path"],
  [{ origins: ["https://*.example.com"] }, "without a path"],
  [{ origins: [/x/] }, "without a path"],
  [{ origins: app }, "must be a list"],
  [{ origins: [app], maxAgeMs: -1 }, "maxAgeMs"],
  [{ origins: [app], allowHeaders: ["*"] }, "allowHeaders"],
  [{ origins: [app], exposeHeaders: "x" }, "exposeHeaders"],
] as [CorsOptions, string][])("refuses %j", (cors, message) => {
  expect(() => fakeServer(services, { cors })).toThrow(
    expect.objectContaining({
      code: "invalid_argument",
      message: expect.stringContaining(message),
    }),
  );
});

it("names an option that does not exist", () => {
  const cors = { origin: [app] } as unknown as CorsOptions;
  expect(() => fakeServer(services, { cors })).toThrow(/cors has no option "origin"/);
});
