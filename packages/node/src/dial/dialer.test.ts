import { readFileSync } from "node:fs";
import { createServer as createHttp1 } from "node:http";
import { createSecureServer, type SecureServerOptions } from "node:http2";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp, type Server } from "node:net";
import type { BalancedTransport } from "@bowline/balancer";
import { afterEach, expect, it } from "vitest";
import type { NodeChannelOptions } from "../channel.js";
import { type Recorder, sendRequest } from "../fixtures/recorder.js";
import { createNodeTransport } from "../transport.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const pem = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
const server = { cert: pem("server.pem"), key: pem("server.key") };
const client = { cert: pem("client.pem"), key: pem("client.key") };
const ca = pem("ca.pem");

async function listen(each: Server, at: string | number = 0): Promise<number> {
  each.on("connection", (socket) => open.push(() => socket.destroy()));
  await new Promise<void>((resolve) =>
    typeof at === "string" ? each.listen(at, resolve) : each.listen(at, "127.0.0.1", resolve),
  );
  open.push(() => each.close());
  return (each.address() as { port: number }).port;
}

/** A server of TLS that answers with the HTTP version, the host it was asked for and the client's name. */
async function serveTls(options: SecureServerOptions, http2 = true): Promise<number> {
  const answer = (request: { httpVersion: string; socket: unknown; headers: object }) => {
    const { socket, headers } = request as never as {
      socket: { servername?: string; getPeerCertificate?: () => { subject?: { CN?: string } } };
      headers: Record<string, string>;
    };
    const name = socket.getPeerCertificate?.().subject?.CN ?? "nobody";
    const host = headers.host ?? headers[":authority"];
    return `${request.httpVersion} ${host?.split(":")[0]} ${name}`;
  };
  const each = http2
    ? createSecureServer({ ...server, ...options }, (request, response) => {
        request.resume();
        response.end(answer(request as never));
      })
    : createHttps({ ...server, ...options }, (request, response) => {
        request.resume();
        response.end(answer(request as never));
      });
  each.on("tlsClientError", () => {});
  return listen(each as never as Server);
}

function call(
  target: string,
  options: NodeChannelOptions = {},
  requiresHttp2 = false,
): { transport: BalancedTransport; over: Promise<Recorder> } {
  const transport = createNodeTransport(target, options);
  open.push(() => transport.close());
  return { transport, over: sendRequest(transport, "x", { requiresHttp2 }).received.over() };
}

it.each([
  ["both", { allowHTTP1: true }, true, undefined, "2.0"],
  ["HTTP/2 only", { allowHTTP1: false }, true, undefined, "2.0"],
  ["HTTP/1.1 only", {}, false, undefined, "1.1"],
  ["both, asked for HTTP/1.1", { allowHTTP1: true }, true, "1.1", "1.1"],
  ["both, asked for HTTP/2", { allowHTTP1: true }, true, "2", "2.0"],
] as const)(
  "over TLS takes the HTTP version that the server picks: %s",
  async (_, options, http2, httpVersion, spoken) => {
    const port = await serveTls(options, http2);
    const more = httpVersion === undefined ? {} : { httpVersion };
    const { over, transport } = call(`https://localhost:${port}`, { tls: { ca }, ...more });
    expect((await over).text).toBe(`${spoken} localhost nobody`);
    const again = await sendRequest(transport, "x").received.over();
    expect(again.text).toBe(`${spoken} localhost nobody`);
  },
);

it("carries many calls at once over a pool that TLS agreed on", async () => {
  const port = await serveTls({}, false);
  const { transport } = call(`https://localhost:${port}`, {
    tls: { ca },
    limits: { connections: 3 },
  });
  const calls = Array.from({ length: 20 }, () => sendRequest(transport, "x").received.over());
  for (const each of await Promise.all(calls)) expect(each.text).toBe("1.1 localhost nobody");
});

it("refuses a call that needs HTTP/2 by name where the server picks HTTP/1.1", async () => {
  const port = await serveTls({}, false);
  const url = `https://localhost:${port}`;
  for (const httpVersion of [undefined, "2"] as const) {
    const more = httpVersion === undefined ? {} : { httpVersion };
    const { over } = call(url, { tls: { ca }, ...more }, true);
    const { failure } = await over;
    expect(failure?.kind).toBe("unsupported");
    expect(failure?.message).toMatch(/HTTP\/2|HTTP versions/);
  }
});

it("refuses a call that needs HTTP/2 on a channel of HTTP/1.1", async () => {
  const port = await listen(createHttp1((_, response) => response.end()));
  const { failure } = await call(`http://127.0.0.1:${port}`, {}, true).over;
  expect(failure).toMatchObject({
    kind: "unsupported",
    message: expect.stringContaining('httpVersion: "2"'),
  });
});

it("shows a client certificate to a server that wants one, and is refused without", async () => {
  const port = await serveTls({
    requestCert: true,
    rejectUnauthorized: true,
    ca,
    allowHTTP1: true,
  });
  const url = `https://localhost:${port}`;
  for (const httpVersion of ["1.1", "2"] as const) {
    const known = await call(url, { tls: { ca, ...client }, httpVersion }).over;
    expect(known.text).toMatch(/ client$/);
    const unknown = await call(url, { tls: { ca }, httpVersion }).over;
    expect(unknown.failure).toMatchObject({
      kind: httpVersion === "2" ? "unreachable" : "lost",
      message: "the server wants a client certificate. Give it as tls.cert and tls.key",
    });
  }
});

it.each([
  ["comes from nobody known", server, {}, "unknown authority"],
  ["is self-signed", { cert: pem("stranger.pem"), key: pem("stranger.key") }, {}, "self-signed"],
  ["is for another name", server, { ca, serverName: "other.example" }, "another name"],
])("refuses a server whose certificate %s", async (_, options, tls, text) => {
  const port = await serveTls(options);
  const { failure } = await call(`https://localhost:${port}`, { tls }).over;
  expect(failure).toMatchObject({ kind: "unreachable", message: expect.stringContaining(text) });
});

it("connects to an unverified server only where that is written down", async () => {
  const port = await serveTls({ cert: pem("stranger.pem"), key: pem("stranger.key") });
  const { over } = call(`https://localhost:${port}`, { tls: { rejectUnauthorized: false } });
  expect((await over).status).toBe(200);
});

it("says what is wrong when TLS meets a server without", async () => {
  const port = await listen(createHttp1((_, response) => response.end()));
  const { failure } = await call(`https://127.0.0.1:${port}`).over;
  expect(failure).toMatchObject({
    kind: "unreachable",
    message: expect.stringContaining("does not speak TLS"),
  });
});

it.each([
  ["2", "http"],
  ["2", "https"],
  ["1.1", "https"],
] as const)(
  "gives up on a server that accepts and says nothing, HTTP/%s over %s",
  async (httpVersion, scheme) => {
    let closed = 0;
    const port = await listen(
      createTcp((socket) =>
        socket
          .resume()
          .on("error", () => {})
          .on("close", () => closed++),
      ),
    );
    const limits = { connectTimeoutMs: 200 };
    const { over, transport } = call(`${scheme}://127.0.0.1:${port}`, { httpVersion, limits });
    expect((await over).failure).toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("in time"),
    });
    expect(transport.describe().state).toBe("transient_failure");
    await expect.poll(() => closed).toBe(1);
  },
);

it("says what is wrong when there is no Unix socket", async () => {
  const { failure } = await call("unix:/nowhere/greet.sock").over;
  expect(failure).toMatchObject({
    kind: "unreachable",
    message: expect.stringContaining("no such socket"),
  });
});

it("an HTTP/1.1 pool is over when a socket cannot be made: backoff, and what runs goes on", async () => {
  let finish: (() => void) | undefined;
  const each = createHttp1((request, response) => {
    request.resume();
    if (request.url === "/slow") finish = () => response.end("slow");
    else response.end("fast");
  });
  const port = await listen(each);
  const { over, transport } = call(`http://127.0.0.1:${port}`);
  await over;
  const slow = sendRequest(transport, "x", { path: "/slow" }).received;
  await expect.poll(() => finish).toBeDefined();
  each.close();
  const refused = await sendRequest(transport, "x").received.over();
  expect(refused.failure).toMatchObject({
    kind: "unreachable",
    message: "connection refused. Is the server running, and is the port right?",
  });
  expect(transport.describe().state).toBe("transient_failure");
  const soon = await sendRequest(transport, "x").received.over();
  expect(soon.failure?.message).toMatch(/The next attempt to connect is in \d\.\d s$/);
  finish?.();
  expect((await slow.over()).text).toBe("slow");
});
