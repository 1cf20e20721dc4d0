import { createClient, implement } from "@bowline/rpc";
import { Hono } from "hono";
import { expect, it } from "vitest";
import { EchoService } from "../../../rpc/src/fixtures/echo-service.js";
import { createFetchChannel } from "../client/channel.js";
import { createFetchHandler } from "./handler.js";

const handler = createFetchHandler(
  [
    implement(EchoService, {
      echo: ({ name }, call) => ({ name: `${name} ${call.requestHeaders.get("x-tenant")}` }),
      async *watch({ name }) {
        yield { name: `${name}1` };
        yield { name: `${name}2` };
      },
    }),
  ],
  { prefix: "/rpc" },
);

it("serves in Hono, beside other routes and behind its middleware", async () => {
  const app = new Hono();
  app.use("*", async (context, next) => {
    await next();
    context.header("x-middleware", "ran");
  });
  app.get("/", (context) => context.text("the page"));
  app.all("/rpc/*", (context) => handler(context.req.raw));
  const fetch = async (url: string, init: RequestInit) => app.fetch(new Request(url, init));
  const channel = createFetchChannel("https://example.com/rpc", { fetch });
  const client = createClient(EchoService, channel);
  const call = client.echo({ name: "Ada" }, { headers: { "x-tenant": "a" } });
  expect((await call).name).toBe("Ada a");
  expect((await call.headers).get("x-middleware")).toBe("ran");
  const names: string[] = [];
  for await (const { name } of client.watch({ name: "w" })) names.push(name);
  expect(names).toEqual(["w1", "w2"]);
  expect(await (await app.fetch(new Request("https://example.com/"))).text()).toBe("the page");
});

it("says so where a middleware of Hono has read the body", async () => {
  const app = new Hono();
  app.use("*", async (context, next) => {
    await context.req.text();
    await next();
  });
  app.all("/rpc/*", (context) => handler(context.req.raw));
  const fetch = async (url: string, init: RequestInit) => app.fetch(new Request(url, init));
  const client = createClient(
    EchoService,
    createFetchChannel("https://example.com/rpc", { fetch }),
  );
  await expect(client.echo({})).rejects.toThrow(/read before the call got it/);
});
