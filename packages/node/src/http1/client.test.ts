import { createServer, type Server, type Socket } from "node:net";
import { type Client, createClient, RpcError } from "@bowline/rpc";
import { afterEach, expect, it } from "vitest";
import { createChannel, type NodeChannelOptions } from "../channel.js";
import { EchoService, echoService, Method } from "../fixtures/echo-service.js";
import { serve } from "../serve.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A server that answers each connection's first bytes with exactly this. */
async function scripted(script: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => script(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

function clientOf(
  url: string,
  options?: NodeChannelOptions,
): Client<(typeof EchoService)["methods"]> {
  const channel = createChannel(url, options);
  open.push(() => channel.close());
  return createClient(EchoService, channel);
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as RpcError,
  );
const head = "HTTP/1.1 200 OK\r\ncontent-type: application/proto\r\n";
const body = Buffer.from(Method.encode({ name: "abc" }));

it("reuses one connection for calls one behind the other", async () => {
  const server = await serve({
    port: 0,
    services: [echoService((_, call) => ({ name: call.peer.address }))],
    signals: false,
  });
  open.push(() => server.stop());
  const client = clientOf(server.url);
  const first = await client.echo({});
  for (let i = 0; i < 5; i++) expect(await client.echo({})).toEqual(first);
});

it("carries a message of megabytes in pieces, both ways", async () => {
  const server = await serve({ port: 0, services: [echoService()], signals: false });
  open.push(() => server.stop());
  const name = "ä".repeat(2_000_000);
  expect((await clientOf(server.url).echo({ name })).name).toBe(name);
});

it("sees the refusal of a request that is too large, not a broken connection", async () => {
  const server = await serve({
    port: 0,
    services: [echoService()],
    signals: false,
    limits: { receivedMessageBytes: 1_000 },
  });
  open.push(() => server.stop());
  const error = await failure(clientOf(server.url).echo({ name: "x".repeat(3_000_000) }));
  expect(error).toMatchObject({ code: "resource_exhausted", origin: "wire" });
});

it("says that nobody listens, and where", async () => {
  const server = await serve({ port: 0, services: [], signals: false });
  await server.stop();
  const error = await failure(clientOf(server.url).echo({}));
  expect(error).toMatchObject({
    code: "unavailable",
    reason: "BOWLINE_UNREACHABLE",
    message: `unavailable: 127.0.0.1:${server.port} (/test.v1.EchoService/Echo): connection refused. Is the server running, and is the port right?`,
  });
});

it.each([
  ["is closed before the answer", "", "unavailable"],
  ["is closed inside the headers", head, "unavailable"],
  ["is closed inside the body", `${head}content-length: 100\r\n\r\nabc`, "unavailable"],
  ["is closed inside a chunk", `${head}transfer-encoding: chunked\r\n\r\n5\r\nab`, "unavailable"],
  [
    "is closed before the last chunk",
    `${head}transfer-encoding: chunked\r\n\r\n2\r\nab\r\n`,
    "unavailable",
  ],
  ["carries garbage", "SSH-2.0-OpenSSH\r\n", "internal"],
  ["carries two lengths", `${head}content-length: 2\r\ncontent-length: 3\r\n\r\nab`, "internal"],
  ["carries headers past the limit", `${head}x: ${"x".repeat(20_000)}\r\n\r\n`, "internal"],
] as const)("fails when the connection %s", async (_, bytes, code) => {
  const url = await scripted((socket) => socket.end(bytes));
  const error = await failure(clientOf(url).echo({}));
  expect(RpcError.is(error)).toBe(true);
  expect(error).toMatchObject({
    code,
    origin: "local",
    message: expect.stringContaining("127.0.0.1:"),
  });
});

it("asks whether the port speaks HTTP without TLS when it closes without an answer", async () => {
  const url = await scripted((socket) => socket.end());
  expect(await failure(clientOf(url).echo({}))).toMatchObject({
    code: "unavailable",
    reason: "BOWLINE_LOST",
    message: expect.stringContaining("Does it speak HTTP without TLS on this port?"),
  });
});

it("bounds a response by its announced size, before its body came", async () => {
  const url = await scripted((socket) => socket.write(`${head}content-length: 5000000\r\n\r\n`));
  expect(await failure(clientOf(url).echo({}))).toMatchObject({ code: "resource_exhausted" });
});

it("bounds a response without an announced size while it comes, and stops reading it", async () => {
  let written = 0;
  const url = await scripted((socket) => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    const piece = `10000\r\n${"x".repeat(65_536)}\r\n`;
    const more = () => {
      while (!socket.destroyed && socket.write(piece)) written += 65_536;
    };
    socket.on("drain", more);
    more();
  });
  const error = await failure(clientOf(url, { receivedMessageBytes: 100_000 }).echo({}));
  expect(error).toMatchObject({ code: "resource_exhausted" });
  expect(written).toBeLessThan(50_000_000);
});

it("reads an answer of HTTP/1.0 style that ends with the connection", async () => {
  const url = await scripted((socket) =>
    socket.end(Buffer.concat([Buffer.from(`${head}connection: close\r\n\r\n`), body])),
  );
  expect((await clientOf(url).echo({})).name).toBe("abc");
});

it("closes the connection of a call that is given up, and makes a new one for the next", async () => {
  let connections = 0;
  const gone: Promise<void>[] = [];
  const url = await scripted((socket) => {
    connections++;
    gone.push(new Promise((resolve) => socket.on("close", () => resolve())));
    if (connections === 2)
      socket.write(
        Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`), body]),
      );
  });
  const client = clientOf(url);
  expect(await failure(client.echo({}, { timeoutMs: 50 }))).toMatchObject({
    code: "deadline_exceeded",
  });
  await gone[0];
  expect((await client.echo({})).name).toBe("abc");
});

it("cancels a call that waits for a connection", async () => {
  const url = await scripted(() => {});
  const client = clientOf(url, { limits: { connections: 1 } });
  const first = failure(client.echo({}, { timeoutMs: 100 }));
  const second = client.echo({});
  second.cancel();
  expect(await failure(second)).toMatchObject({ code: "canceled" });
  expect(await first).toMatchObject({ code: "deadline_exceeded" });
});

it("refuses a header that would break out of its line before anything is sent", async () => {
  const url = await scripted(() => expect.unreachable());
  const call = clientOf(url).echo({}, { headers: { x: "a\r\ncontent-length: 0" } });
  expect(await failure(call)).toMatchObject({ code: "invalid_argument" });
});
