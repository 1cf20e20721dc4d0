import { createClient } from "@bowline/rpc";
import express from "express";
import { fastify } from "fastify";
import { expect, it } from "vitest";
import { createChannel } from "../channel.js";
import { expressMiddleware } from "../express.js";
import { fastifyPlugin } from "../fastify.js";
import { AllKindsService, allKindsService } from "../fixtures/all-kinds-service.js";
import { serve } from "../serve.js";

const path = "/test.v1.AllKindsService/Say";
const headers = { "content-type": "application/json" };

it("answers what Fastify's inject makes up, without a port", async () => {
  const app = fastify();
  await app.register(fastifyPlugin, { services: [allKindsService()] });
  const payload = '{"name":"Ada"}';
  const answer = await app.inject({ method: "POST", url: path, headers, payload });
  expect([answer.statusCode, answer.body]).toEqual([200, payload]);
  const refused = await app.inject({ method: "POST", url: path, headers, payload: "{]" });
  expect([refused.statusCode, refused.json().code]).toEqual([400, "invalid_argument"]);
  await app.close();
});

it.each(["1.1", "2"] as const)(
  "answers in an application that is the fallback of serve, over HTTP/%s",
  async (httpVersion) => {
    const app = express();
    app.use(expressMiddleware([allKindsService()]));
    await using server = await serve({
      port: 0,
      services: [],
      signals: false,
      fallback: app as never,
    });
    await using channel = createChannel(server.url, { httpVersion });
    const client = createClient(AllKindsService, channel);
    expect((await client.say({ name: "Ada" })).name).toBe("Ada");
    const names: string[] = [];
    for await (const { name } of client.count({ name: "abc" })) names.push(name);
    expect(names).toEqual(["a", "b", "c"]);
  },
);
