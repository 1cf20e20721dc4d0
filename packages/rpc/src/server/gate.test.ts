import { expect, it } from "vitest";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { enveloped } from "../fixtures/envelopes.js";
import { fakeServer } from "../fixtures/fake-server-stream.js";
import { RpcError } from "../rpc-error.js";
import { implement } from "./implement.js";
import type { Gate, RequestHandlerOptions } from "./options.js";

let decoded = 0;

function serverWith(gate: Gate, options: Partial<RequestHandlerOptions> = {}) {
  decoded = 0;
  const service = implement(EchoService, {
    echo: (request) => {
      decoded++;
      return request;
    },
    async collect(requests) {
      let name = "";
      for await (const each of requests) name += each.name;
      return { name };
    },
  });
  return fakeServer([service], { gate, ...options });
}

const forms = [
  ["Connect", { "content-type": "application/proto" }, Method.encode({ name: "a" })],
  ["gRPC", { "content-type": "application/grpc" }, enveloped([0, Method.encode({ name: "a" })])],
] as const;

it.each(forms)("refuses %s on the headers, and takes nothing of the body", async (_, headers) => {
  const call = serverWith(({ requestHeaders }) => {
    if (!requestHeaders.has("authorization")) throw new RpcError("unauthenticated", "who?");
  });
  const stream = call({ headers, httpVersion: "2" });
  expect(stream.receiver).toBeUndefined();
  const answer = await stream.answer;
  expect(answer.headers.get("grpc-status") ?? String(answer.status)).toMatch(/^(16|401)$/);
  expect(decoded).toBe(0);
});

it.each(forms)("holds the body of %s back while it takes its time", async (_, headers, body) => {
  let allow = () => {};
  const call = serverWith(
    () =>
      new Promise((resolve) => {
        allow = () => resolve(undefined);
      }),
  );
  const stream = call({ headers, httpVersion: "2" });
  expect(stream.isPaused).toBe(true);
  stream.send(body);
  stream.receiver?.end();
  await new Promise(setImmediate);
  expect(decoded).toBe(0);
  allow();
  expect((await stream.answer).status).toBe(200);
  expect(decoded).toBe(1);
});

it("holds a stream of requests back, and lets it go on", async () => {
  let allow = () => {};
  const call = serverWith(
    () =>
      new Promise((resolve) => {
        allow = () => resolve(undefined);
      }),
  );
  const stream = call({
    target: "/test.v1.EchoService/Collect",
    headers: { "content-type": "application/grpc" },
    httpVersion: "2",
  });
  stream.send(enveloped([0, Method.encode({ name: "a" })]));
  expect(stream.isPaused).toBe(true);
  allow();
  await new Promise(setImmediate);
  expect(stream.isPaused).toBe(false);
  stream.send(enveloped([0, Method.encode({ name: "b" })]));
  stream.receiver?.end();
  expect((await stream.answer).trailers.get("grpc-status")).toBe("0");
});

it("refuses after it has taken its time, with the body half there", async () => {
  const call = serverWith(async () => {
    await null;
    throw new RpcError("permission_denied", "no");
  });
  const stream = call({ headers: forms[1][1], httpVersion: "2" });
  stream.send(forms[1][2]);
  expect((await stream.answer).headers.get("grpc-status")).toBe("7");
  expect(decoded).toBe(0);
});

it("that fails in another way tells the caller nothing", async () => {
  const seen: unknown[] = [];
  const call = serverWith(
    () => {
      throw new Error("database down at 10.0.0.3");
    },
    { onError: (error) => seen.push(error) },
  );
  const answer = await call({ headers: forms[0][1] }).answer;
  expect(answer.text).toBe('{"code":"internal","message":"internal error"}');
  expect(seen).toHaveLength(1);
});

it("sets the limit of one call", async () => {
  const call = serverWith(({ requestHeaders }) => {
    return { receivedMessageBytes: Number(requestHeaders.get("x-limit")) };
  });
  const body = Method.encode({ name: "12345678" });
  expect(body).toHaveLength(10);
  for (const [limit, status] of [
    ["9", 429],
    ["10", 200],
    ["11", 200],
  ] as const) {
    const answer = await call({ headers: { ...forms[0][1], "x-limit": limit }, body }).answer;
    expect(answer.status).toBe(status);
  }
});

it("whose caller is gone meanwhile does not start the handler", async () => {
  let allow = () => {};
  const call = serverWith(
    () =>
      new Promise((resolve) => {
        allow = () => resolve(undefined);
      }),
  );
  const stream = call({ headers: forms[0][1] });
  stream.send(forms[0][2]);
  stream.receiver?.end();
  stream.receiver?.interrupted({ kind: "lost", message: "gone" });
  allow();
  await new Promise(setImmediate);
  expect(decoded).toBe(0);
});
