import { createServer } from "node:http";
import { ContextValues, createContextKey } from "@bowline/rpc";
import express5 from "express";
import express4 from "express4";
import { describe, expect, it } from "vitest";
import { expressMiddleware } from "./express.js";
import { allKindsService } from "./fixtures/all-kinds-service.js";
import { listening } from "./fixtures/framework-apps.js";
import { RawConnection, rawRequest } from "./fixtures/raw-connection.js";

const path = "/test.v1.AllKindsService/Say";

async function post(app: express5.Express, type: string, body: string | Uint8Array<ArrayBuffer>) {
  await using server = await listening(createServer(app));
  const answer = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": type },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

describe.each([
  ["Express 4", express4 as unknown as typeof express5],
  ["Express 5", express5],
] as const)("%s", (_, express) => {
  it.each([
    ["express.json()", express.json(), "application/json", '{"name":"Ada"}'],
    ["express.text()", express.text({ type: "*/*" }), "application/json", '{"name":"Ada"}'],
    ["express.raw()", express.raw({ type: "*/*" }), "application/proto", new Uint8Array([10, 0])],
  ] as const)(
    "says which line to move when %s has read the body",
    async (parser, middleware, type, body) => {
      const app = express();
      app.use(middleware);
      app.use(expressMiddleware([allKindsService()]));
      const { status, text } = await post(app, type, body as string);
      expect(status).toBe(500);
      expect(JSON.parse(text).message).toContain(
        `was read before it came to its service, by ${parser}. Move app.use(${parser}) behind app.use(expressMiddleware(…))`,
      );
    },
  );

  it("takes what a parser in front left alone, and a parser that a route has for itself", async () => {
    const app = express();
    app.use(express.json());
    app.post("/rest", express.text(), (_request, response) => void response.end());
    app.use(expressMiddleware([allKindsService()]));
    const { status } = await post(app, "application/proto", new Uint8Array([10, 1, 65]));
    expect(status).toBe(200);
  });

  it("gives values the application's own request", async () => {
    const tenantKey = createContextKey("tenant", "nobody");
    const app = express();
    app.use(
      expressMiddleware(
        [allKindsService({ say: (_request, { values }) => ({ name: values.get(tenantKey) }) })],
        {
          values: (request: express5.Request) =>
            new ContextValues().set(tenantKey, request.get("host")?.split(":")[0] ?? ""),
        },
      ),
    );
    expect(await post(app, "application/json", "{}")).toEqual({
      status: 200,
      text: '{"name":"127.0.0.1"}',
    });
  });

  it("leaves the application's own error handler errors of other routes", async () => {
    const app = express();
    app.use((request, _response, next) => next(request.url === path ? undefined : new Error("x")));
    app.use(expressMiddleware([allKindsService()]));
    app.use(((_error, _request, response, _next) => {
      response.status(418).end("tea");
    }) as express5.ErrorRequestHandler);
    await using server = await listening(createServer(app));
    const answer = await fetch(`${server.url}/other`);
    expect([answer.status, await answer.text()]).toEqual([418, "tea"]);
  });

  it("closes a connection behind its call once the server takes no more", async () => {
    let answer: () => void = () => {};
    let arrived: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const app = express();
    const say = async () => {
      arrived();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return {};
    };
    app.use(expressMiddleware([allKindsService({ say })]));
    const server = createServer({ keepAliveTimeout: 600_000 }, app);
    const connection = new RawConnection((await listening(server)).port);
    const header = "content-type: application/json";
    connection.write(rawRequest([header, "content-length: 2"], "{}", path));
    await waiting;
    const closed = new Promise((resolve) => server.close(resolve));
    answer();
    expect((await connection.closed()).text).toMatch(/200 OK[\s\S]*\r\nConnection: close\r\n/i);
    await closed;
  });
});
