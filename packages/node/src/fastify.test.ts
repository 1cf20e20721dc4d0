import { ContextValues, createClient, createContextKey, RpcError } from "@bowline/rpc";
import { fastify } from "fastify";
import { expect, it, vi } from "vitest";
import { createChannel } from "./channel.js";
import { fastifyPlugin } from "./fastify.js";
import { AllKindsService, allKindsService } from "./fixtures/all-kinds-service.js";
import { ca, certificates } from "./fixtures/tls.js";

const url = "/test.v1.AllKindsService/Say";
const headers = { "content-type": "application/json" };

it("says what to do when a hook has read the body", async () => {
  const app = fastify();
  app.addHook("onRequest", async ({ raw }) => {
    for await (const _ of raw);
  });
  await app.register(fastifyPlugin, { services: [allKindsService()] });
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  const answer = await fetch(address + url, { method: "POST", headers, body: "{}" });
  expect((await answer.json()).message).toContain("out of the application's onRequest");
  await app.close();
});

it("takes JSON that the application's parsers would refuse, or limit", async () => {
  const app = fastify({ bodyLimit: 10 });
  await app.register(fastifyPlugin, { services: [allKindsService()] });
  app.post("/rest", async ({ body }) => body);
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  const body = JSON.stringify({ name: "x".repeat(100) });
  const call = await fetch(address + url, { method: "POST", headers, body });
  expect(await call.text()).toBe(body);
  const rest = await fetch(`${address}/rest`, { method: "POST", headers, body });
  expect(rest.status).toBe(413);
  await app.close();
});

it("serves below a prefix with parameters, and gives them to the call", async () => {
  const tenantKey = createContextKey("tenant", "nobody");
  const app = fastify();
  await app.register(fastifyPlugin, {
    prefix: "/tenants/:tenant",
    services: [
      allKindsService({ say: (_request, { values }) => ({ name: values.get(tenantKey) }) }),
    ],
    values: ({ params }) =>
      new ContextValues().set(tenantKey, (params as { tenant: string }).tenant),
  });
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  const answer = await fetch(`${address}/tenants/acme${url}`, {
    method: "POST",
    headers,
    body: "{}",
  });
  expect(await answer.text()).toBe('{"name":"acme"}');
  await app.close();
});

it("runs onResponse hooks behind a call, and refuses content types as serve does", async () => {
  const statuses: number[] = [];
  const app = fastify();
  app.addHook("onResponse", async (_, { raw }) => {
    statuses.push(raw.statusCode);
  });
  await app.register(fastifyPlugin, { services: [allKindsService()] });
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  for (const type of ["application/json", "text/plain", ";"]) {
    await fetch(address + url, { method: "POST", headers: { "content-type": type }, body: "{}" });
  }
  await vi.waitFor(() => expect(statuses).toHaveLength(3));
  expect(statuses.slice(0, 2)).toEqual([200, 415]);
  expect(statuses[2]).toBeGreaterThanOrEqual(400);
  await app.close();
});

it.each(["connect", "grpc"] as const)(
  "serves %s over TLS with HTTP/2, and names the peer",
  async (protocol) => {
    let address = "";
    const { key, cert } = certificates.server;
    const app = fastify({ http2: true, https: { key, cert, allowHTTP1: true } });
    await app.register(fastifyPlugin, {
      services: [
        allKindsService({
          say({ name }, { peer }) {
            address = peer.address;
            return { name: `${name} ${peer.httpVersion} ${peer.tls?.version}` };
          },
        }),
      ],
    });
    const target = await app.listen({ port: 0, host: "127.0.0.1" });
    const channel = createChannel(target, { protocol, tls: { ca, serverName: "localhost" } });
    expect((await createClient(AllKindsService, channel).say({ name: "x" })).name).toMatch(
      /^x 2 TLSv1\.[23]$/,
    );
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    await channel.close();
    await app.close();
  },
);

it("refuses what is no option, and keeps the codes of errors that hooks throw", async () => {
  const app = fastify();
  await expect(app.register(fastifyPlugin, { services: [], servces: [] } as never)).rejects.toThrow(
    'no option "servces"',
  );
  const other = fastify();
  other.addHook("preHandler", async () => {
    throw new RpcError("permission_denied", "no");
  });
  await other.register(fastifyPlugin, { services: [allKindsService()], logLevel: "warn" } as never);
  const address = await other.listen({ port: 0, host: "127.0.0.1" });
  const answer = await fetch(address + url, { method: "POST", headers, body: "{}" });
  expect([answer.status, await answer.json()]).toEqual([
    403,
    { code: "permission_denied", message: "no" },
  ]);
  await other.close();
});
