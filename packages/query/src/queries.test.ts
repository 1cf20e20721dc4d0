import { Method } from "@bowline/protobuf/wkt";
import { implement } from "@bowline/rpc";
import { createMemoryChannel } from "@bowline/rpc/memory";
import {
  InfiniteQueryObserver,
  MutationObserver,
  QueryClient,
  QueryObserver,
} from "@tanstack/query-core";
import { afterEach, beforeEach, expect, expectTypeOf, it, vi } from "vitest";
import { EchoService } from "../../rpc/src/fixtures/echo-service.js";
import { createQueries, queryKey } from "./index.js";

/** Requests that reached the server, and reasons of aborted signals. */
const seen: { requests: string[]; aborts: unknown[]; headers: (string | undefined)[] } = {
  requests: [],
  aborts: [],
  headers: [],
};

const channel = createMemoryChannel([
  implement(EchoService, {
    echo: async (request, call) => {
      seen.requests.push(request.name);
      seen.headers.push(call.requestHeaders.get("x-tenant"));
      if (request.name !== "hang") return request;
      await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
      seen.aborts.push(call.signal.reason);
      return request;
    },
    lookUp: ({ name }) => ({ name, requestTypeUrl: name === "3" ? "" : String(Number(name) + 1) }),
    async *watch({ name }) {
      seen.requests.push(name);
      yield { name: `${name}1` };
      yield { name: `${name}2` };
    },
  }),
]);
const echo = createQueries(EchoService, channel);
let client: QueryClient;

beforeEach(() => {
  client = new QueryClient();
  seen.requests.length = seen.aborts.length = seen.headers.length = 0;
});
afterEach(() => client.clear());

it("gives equal requests equal keys, and others others", () => {
  const key = echo.echo.key({ name: "a", options: [{ name: "o" }], responseStreaming: false });
  expect(key).toEqual([
    "bowline",
    "test.v1.EchoService",
    "Echo",
    expect.stringMatching(/^[\w+/=]+$/),
  ]);
  for (const same of [
    { options: [{ name: "o" }], name: "a" },
    Method.create({ name: "a", options: [{ name: "o" }] }),
    Method.decode(Method.encode({ name: "a", options: [{ name: "o" }] })),
  ]) {
    expect(echo.echo.key(same)).toEqual(key);
  }
  expect(JSON.parse(JSON.stringify(key))).toEqual(key);
  for (const other of [{ name: "b" }, { name: "a" }, {}]) {
    expect(echo.echo.key(other)).not.toEqual(key);
  }
  expect(echo.lookUp.key({ name: "a" })).not.toEqual(echo.echo.key({ name: "a" }));
});

it("has keys for a service, a method and a request, each a prefix of the next", () => {
  const whole = queryKey(EchoService.methods.echo, { name: "a" });
  expect(whole).toHaveLength(4);
  expect(queryKey(EchoService.methods.echo)).toEqual(whole.slice(0, 3));
  expect(queryKey(EchoService)).toEqual(whole.slice(0, 2));
  expect(echo.echo.key()).toEqual(whole.slice(0, 3));
  expect(echo.echo({ name: "a" }).queryKey).toEqual(whole);
  expect(queryKey(EchoService, undefined, { scope: "eu" })).toEqual(["eu", "test.v1.EchoService"]);
});

it("fetches, and answers from the cache what was asked before", async () => {
  const options = { ...echo.echo({ name: "a" }), staleTime: 60_000 };
  const data = await client.fetchQuery(options);
  expectTypeOf(data).toEqualTypeOf<Method>();
  expect(data.name).toBe("a");
  await client.fetchQuery({ ...echo.echo(Method.create({ name: "a" })), staleTime: 60_000 });
  expect(seen.requests).toEqual(["a"]);
  await client.fetchQuery({ ...echo.echo({ name: "b" }), staleTime: 60_000 });
  expect(seen.requests).toEqual(["a", "b"]);
});

it("is invalidated by request, method and service, and nothing else is", async () => {
  const keys = [echo.echo.key({ name: "a" }), echo.echo.key({ name: "b" }), echo.watch.key({})];
  for (const options of [echo.echo({ name: "a" }), echo.echo({ name: "b" })]) {
    await client.fetchQuery(options);
  }
  await client.fetchQuery(echo.watch({}));
  const invalid = async (key: readonly unknown[]) => {
    for (const each of keys) client.setQueryData(each, client.getQueryData(each));
    await client.invalidateQueries({ queryKey: key });
    return keys.map((each) => client.getQueryState(each)?.isInvalidated);
  };
  expect(await invalid(echo.echo.key({ name: "a" }))).toEqual([true, false, false]);
  expect(await invalid(echo.echo.key())).toEqual([true, true, false]);
  expect(await invalid(queryKey(EchoService))).toEqual([true, true, true]);
  expect(await invalid(["bowline", "other.v1.Service"])).toEqual([false, false, false]);
});

it("cancels the call of a query that nobody waits for any more", async () => {
  const observer = new QueryObserver(client, { ...echo.echo({ name: "hang" }), retry: false });
  const leave = observer.subscribe(() => {});
  await vi.waitFor(() => expect(seen.requests).toEqual(["hang"]));
  leave();
  await vi.waitFor(() => expect(seen.aborts).toMatchObject([{ code: "canceled" }]));
});

it("lets select make something else of a stream's messages, and null of an answer", async () => {
  const watched = new QueryObserver(client, {
    ...echo.watch({ name: "a" }),
    select: (list) => list.length,
  });
  expect((await watched.refetch()).data).toBe(2);
  expect((await watched.refetch()).data).toBe(2);
  const names = new QueryObserver(client, {
    ...echo.watch({ name: "b" }),
    select: (list) => list.map(({ name }) => name),
  });
  expect((await names.refetch()).data).toEqual(["b1", "b2"]);
  const answered = new QueryObserver(client, { ...echo.echo({ name: "a" }), select: () => null });
  expect((await answered.refetch()).data).toBe(null);
});

it("fails with the call's RpcError", async () => {
  const missing = createQueries(EchoService, channel).other({});
  await expect(client.fetchQuery({ ...missing, retry: false })).rejects.toMatchObject({
    code: "unimplemented",
  });
});

it("keeps an equal message that is there, so that nobody renders for nothing", async () => {
  for (const query of [echo.echo({ name: "a" }), echo.watch({ name: "w" })]) {
    const fetched = async () => {
      await client.fetchQuery<unknown>(query);
      return client.getQueryData(query.queryKey);
    };
    const first = await fetched();
    expect(await fetched()).toBe(first);
  }
  expect(seen.requests).toEqual(["a", "a", "w", "w"]);
  client.setQueryData(echo.echo.key({ name: "a" }), Method.create({ name: "other" }));
  await client.fetchQuery(echo.echo({ name: "a" }));
  expect(client.getQueryData(echo.echo.key({ name: "a" }))).toMatchObject({ name: "a" });
});

it("collects a stream", async () => {
  const data = await client.fetchQuery(echo.watch({ name: "w" }));
  expectTypeOf(data).toEqualTypeOf<Method[]>();
  expect(data.map(({ name }) => name)).toEqual(["w1", "w2"]);
});

it("fetches page by page", async () => {
  const pages = echo.lookUp.pages({
    first: "1",
    next: ({ requestTypeUrl }) => requestTypeUrl || undefined,
    request: (name) => ({ name }),
  });
  const observer = new InfiniteQueryObserver(client, pages);
  const leave = observer.subscribe(() => {});
  await vi.waitFor(() => expect(observer.getCurrentResult().isSuccess).toBe(true));
  for (let more = true; more; ) more = (await observer.fetchNextPage()).hasNextPage;
  const { data } = observer.getCurrentResult();
  expect(data?.pages.map(({ name }) => name)).toEqual(["1", "2", "3"]);
  leave();
  expect(pages.queryKey.slice(0, 4)).toEqual(echo.lookUp.key({ name: "1" }));
  expect(pages.queryKey).not.toEqual(echo.lookUp.key({ name: "1" }));
});

it("mutates", async () => {
  const mutation = echo.echo.mutation({ headers: { "x-tenant": "a" } });
  const observer = new MutationObserver(client, mutation);
  const data = await observer.mutate({ name: "changed" });
  expectTypeOf(data).toEqualTypeOf<Method>();
  expect([data.name, seen.headers]).toEqual(["changed", ["a"]]);
  expect(mutation.mutationKey).toEqual(echo.echo.key());
});

it("takes options for all calls and for one, and a scope", async () => {
  const defaults = { headers: { "x-tenant": "all" } };
  const scoped = createQueries(EchoService, channel, { scope: "eu", defaults });
  await client.fetchQuery(scoped.echo({}));
  await client.fetchQuery({ ...scoped.echo({}, { headers: { "x-tenant": "one" } }) });
  expect(seen.headers).toEqual(["all", "one"]);
  expect(scoped.echo.key()[0]).toBe("eu");
});

it("has methods that take one request, and no others", () => {
  expect(Object.keys(echo)).toEqual(["echo", "other", "watch", "lookUp"]);
  // @ts-expect-error: a stream of requests is no query.
  expect(echo.collect).toBeUndefined();
  // @ts-expect-error: there is no such field.
  expect(() => echo.echo.key({ nam: "a" })).toThrow("nam");
});

it("names what it cannot use", () => {
  expect(() => createQueries({} as never, channel)).toThrow(/a generated service first/);
  expect(() => createQueries(EchoService, {} as never)).toThrow(/a channel second/);
  expect(() => createQueries(EchoService, channel, { scop: "x" } as never)).toThrow(/mean scope/);
  expect(() => queryKey({} as never)).toThrow(/queryKey takes a generated service/);
});
