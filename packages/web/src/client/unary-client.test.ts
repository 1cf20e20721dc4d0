import { implement, type ReadonlyMetadata, type RpcError } from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { expect, expectTypeOf, it } from "vitest";
import { EchoService, type Method } from "../../../rpc/src/fixtures/echo-service.js";
import { createFetchHandler } from "../server/handler.js";
import { createUnaryClient, type UnaryClientOptions } from "./unary-client.js";

const handler = createFetchHandler([
  implement(EchoService, {
    echo: ({ name }, call) => {
      call.responseHeaders.set("x-seen", call.requestHeaders.get("x-tenant") ?? "none");
      call.responseTrailers.set("x-end", "1");
      if (name === "hang") return new Promise(() => {});
      return { name: `${name}!` };
    },
  }),
]);

function clientOf(options: UnaryClientOptions = {}) {
  const fetch = (url: string, init: RequestInit) => {
    const { signal } = init;
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      handler(new Request(url, init)).then(resolve, reject);
    });
  };
  return createUnaryClient(EchoService, "https://api.example.com/", { fetch, ...options });
}

async function failureOf(call: Promise<unknown>): Promise<RpcError> {
  return call.then(
    () => expect.unreachable("the call did not fail"),
    (error) => error as RpcError,
  );
}

it.each([undefined, jsonCodec])("calls unary methods, and has no others (%#)", async (codec) => {
  const client = clientOf(codec === undefined ? {} : { codec });
  const answer = await client.echo({ name: "Ada" });
  expectTypeOf(answer).toEqualTypeOf<Method>();
  expect(answer.name).toBe("Ada!");
  expect(Object.keys(client)).toEqual(["echo", "other", "lookUp"]);
  // @ts-expect-error: streams need a channel.
  expect(client.watch).toBeUndefined();
});

it("sends headers of all calls and of one, and shows those of the answer", async () => {
  const client = clientOf({ headers: { "x-tenant": "a" } });
  const seen: (string | undefined)[] = [];
  const onHeaders = (headers: ReadonlyMetadata) => seen.push(headers.get("x-seen"));
  const onTrailers = (trailers: ReadonlyMetadata) => seen.push(trailers.get("x-end"));
  await client.echo({}, { headers: { "x-other": "b" }, onHeaders, onTrailers });
  expect(seen).toEqual(["a", "1"]);
});

it("fails with the RpcError of the server, past the deadline, the limit, and when it is given up", async () => {
  const client = clientOf();
  expect(await failureOf(client.other({}))).toMatchObject({
    code: "unimplemented",
    origin: "wire",
  });
  const late = failureOf(client.echo({ name: "hang" }, { timeoutMs: 20 }));
  expect(await late).toMatchObject({ code: "deadline_exceeded" });
  expect(await failureOf(clientOf({ timeoutMs: 0 }).echo({}))).toMatchObject({
    code: "deadline_exceeded",
  });
  const small = failureOf(client.echo({ name: "x".repeat(100) }, { receivedMessageBytes: 50 }));
  expect(await small).toMatchObject({ code: "resource_exhausted", origin: "local" });
  const controller = new AbortController();
  const given = failureOf(client.echo({ name: "hang" }, { signal: controller.signal }));
  controller.abort();
  expect(await given).toMatchObject({ code: "canceled" });
  expect(await failureOf(client.echo({ name: 5 as never }))).toMatchObject({
    code: "invalid_argument",
  });
});
