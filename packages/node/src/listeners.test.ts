import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect as http2Connect } from "node:http2";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, beforeEach, expect, it } from "vitest";
import { echoService } from "./fixtures/echo-service.js";
import { answerOf, Http2Peer } from "./fixtures/http2-peer.js";
import { RawConnection, rawRequest } from "./fixtures/raw-connection.js";
import { ca, certificates } from "./fixtures/tls.js";
import { eventually } from "./fixtures/transport-server.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";

const open: (() => unknown)[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bowline-listen-"));
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: ServeOptions | Omit<ServeOptions, "services">): Promise<RpcServer> {
  const server = await serve({ services: [echoService()], signals: false, ...options });
  open.push(() => server.stop({ graceMs: 100 }));
  return server;
}

const path = "/test.v1.EchoService/Echo";
const json = { "content-type": "application/json" };

/** Calls over a Unix socket, HTTP/1.1. */
function callAt(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, path, method: "POST", headers: json }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    request.on("error", reject);
    request.end('{"name":"a"}');
  });
}

const call = { ":path": path, ...json };
const body = '{"name":"a"}';
const raw = (port: number) =>
  new RawConnection(port).write(
    rawRequest(["content-type: application/json", "content-length: 12"], body),
  );

it("listens on several ports and Unix sockets, and says where", async () => {
  const socket = join(folder, "a.sock");
  let peer: string | undefined;
  const server = await start({
    services: [
      echoService((request, call) => {
        peer = call.peer.address;
        return request;
      }),
    ],
    listeners: [
      { port: 0 },
      { port: 0, host: "127.0.0.1", tls: certificates.server },
      { port: 0, host: "::1", plaintext: true },
      { path: socket },
    ],
  });
  const [plain, secure, six] = server.addresses;
  expect(server.addresses.map(({ url }) => url)).toEqual([
    `http://127.0.0.1:${plain?.port}`,
    `https://127.0.0.1:${secure?.port}`,
    `http://[::1]:${six?.port}`,
    `unix:${socket}`,
  ]);
  expect([server.url, server.port]).toEqual([plain?.url, plain?.port]);
  expect((await raw(server.port).responses(1)).text).toContain(body);
  const peers = [
    new Http2Peer(server.port),
    new Http2Peer(secure?.port as number, { ca }, "https"),
  ];
  for (const each of peers) {
    open.push(() => each.session.destroy());
    expect((await each.send(call, body)).body).toBe(body);
  }
  expect(await callAt(socket)).toBe(body);
  expect(peer).toBe("unix");
  const session = http2Connect("http://localhost", {
    createConnection: () => connect(socket),
  });
  open.push(() => session.destroy());
  const stream = session.request({ ":method": "POST", ...call });
  stream.end(body);
  expect((await answerOf(stream)).body).toBe(body);
});

it("removes its Unix socket when it stops, and replaces one that a dead process left", async () => {
  const socket = join(folder, "a.sock");
  const first = await start({ listeners: [{ path: socket }] });
  expect([first.url, first.port]).toEqual([`unix:${socket}`, 0]);
  await first.stop();
  expect(existsSync(socket)).toBe(false);
  await leaveStaleSocket(socket);
  expect(existsSync(socket)).toBe(true);
  await start({ listeners: [{ path: socket }] });
  expect(await callAt(socket)).toBe(body);
});

/** A socket file whose owner is gone. */
async function leaveStaleSocket(socket: string): Promise<void> {
  const { spawn } = await import("node:child_process");
  const script = `require("net").createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, "SIGKILL"))`;
  const child = spawn(process.execPath, ["-e", script]);
  await new Promise((resolve) => child.once("close", resolve));
}

it("leaves a Unix socket alone on which somebody listens, and files that are none", async () => {
  const socket = join(folder, "a.sock");
  const other: Server = createServer().listen(socket);
  open.push(() => new Promise((resolve) => other.close(resolve)));
  await new Promise((resolve) => other.once("listening", resolve));
  await expect(start({ listeners: [{ path: socket }] })).rejects.toMatchObject({
    code: "failed_precondition",
    reason: "BOWLINE_PORT_TAKEN",
    message: expect.stringContaining(`${socket}: a process listens there`),
  });
  expect(existsSync(socket)).toBe(true);
  const file = join(folder, "file");
  writeFileSync(file, "precious");
  await expect(start({ listeners: [{ path: file }] })).rejects.toMatchObject({
    reason: "BOWLINE_LISTEN",
    message: expect.stringContaining("a file that is no socket is there"),
  });
  expect(existsSync(file)).toBe(true);
  await expect(start({ listeners: [{ path: join(folder, "no", "a") }] })).rejects.toMatchObject({
    reason: "BOWLINE_LISTEN",
  });
});

it("stops what it had bound when a later listener cannot", async () => {
  const taken = await start({ port: 0 });
  const free = join(folder, "a.sock");
  await expect(start({ listeners: [{ path: free }, { port: taken.port }] })).rejects.toMatchObject({
    reason: "BOWLINE_PORT_TAKEN",
  });
  expect(existsSync(free)).toBe(false);
});

it("refuses listeners that cannot be, naming them", async () => {
  const refuse = (options: object, message: string | RegExp) =>
    expect(start(options)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringMatching(message),
    });
  await refuse({}, /serve needs a port \(0 takes a free one\), or listeners/);
  await refuse({ port: 0, listeners: [] }, /port must be said there/);
  await refuse({ listeners: {} }, /listeners must be an array; it is an object/);
  await refuse({ listeners: [{ port: 0 }, { port: -1 }] }, /listeners\[1\]\.port must be/);
  await refuse({ listeners: [{ path: "" }] }, /listeners\[0\]\.path must be/);
  await refuse({ listeners: [{ path: `/${"x".repeat(107)}` }] }, /108 bytes, the limit is 107/);
  await refuse({ listeners: [{ port: 0, host: "0.0.0.0" }] }, /plaintext: true/);
  await refuse(
    { listeners: [{ port: 0, tls: certificates.server, plaintext: true }] },
    /listeners\[0\]\.tls and listeners\[0\]\.plaintext: true contradict/,
  );
  await expect(start({ listeners: [{ prot: 1 } as never] })).rejects.toThrow(
    'listeners[0] has no option "prot"; did you mean port?',
  );
});

it("serves connections that something else accepted, of either version, with TLS by ALPN", async () => {
  const server = await start({ listeners: [] });
  expect([server.url, server.port, server.addresses]).toEqual(["", 0, []]);
  const { key, cert } = certificates.server;
  const inject = (socket: Socket) => server.inject(socket);
  const plain = createServer(inject).listen(0, "127.0.0.1");
  const secure = createTlsServer({ key, cert, ALPNProtocols: ["h2", "http/1.1"] }, inject);
  secure.listen(0, "127.0.0.1");
  const portOf = async (each: Server) => {
    open.push(() => each.close());
    if (!each.listening) await new Promise((resolve) => each.once("listening", resolve));
    return (each.address() as { port: number }).port;
  };
  const port = await portOf(plain);
  expect((await raw(port).responses(1)).text).toContain(body);
  const peers = [new Http2Peer(port), new Http2Peer(await portOf(secure), { ca }, "https")];
  for (const each of peers) expect((await each.send(call, body)).body).toBe(body);
  expect(server.describe().connections).toBe(3);
  await server.stop();
  await Promise.all(peers.map(({ closed }) => closed));
  expect((await raw(port).closed()).text).toBe("");
});

it("counts connections over all listeners and versions", async () => {
  const server = await start({ listeners: [{ port: 0 }, { port: 0 }], limits: { connections: 2 } });
  const [one, two] = server.addresses.map(({ port }) => port as number) as [number, number];
  const peer = new Http2Peer(one);
  open.push(() => peer.session.destroy());
  expect((await peer.send(call, body)).status).toBe(200);
  const kept = raw(two);
  await kept.responses(1);
  for (const port of [one, two])
    expect(await raw(port).closed()).toEqual({ text: "", closed: true });
  kept.end();
  await eventually(() => server.describe().connections === 1);
  expect((await raw(two).responses(1)).text).toContain(body);
});

it("gives requests for paths that no service has to the fallback, on both versions", async () => {
  const errors: unknown[] = [];
  const { error } = console;
  console.error = (...values: unknown[]) => errors.push(values);
  open.push(() => {
    console.error = error;
  });
  const server = await start({
    port: 0,
    async fallback(request, response) {
      if (request.url === "/throws") throw new Error("thrown");
      let text = `${request.method} ${request.url} ${request.headers["x-a"]}: `;
      for await (const chunk of request) text += chunk;
      response.setHeader("x-b", "2");
      response.end(text);
    },
  });
  const peer = new Http2Peer(server.port);
  open.push(() => peer.session.destroy());
  const other = await peer.send({ ":path": "/page?q", "x-a": "1" }, "body");
  expect(other).toMatchObject({ status: 200, body: "POST /page?q 1: body", code: 0 });
  expect(other.headers["x-b"]).toBe("2");
  expect((await peer.send(call, body)).body).toBe(body);
  expect((await peer.send({ ...call, ":path": "/test.v1.EchoService/Nothing" })).status).not.toBe(
    200,
  );
  expect((await peer.send({ ":path": "/throws" })).status).toBe(500);
  const connection = new RawConnection(server.port);
  const page = rawRequest(["x-a: 1", "content-length: 4"], "body", "/page");
  await connection.write(page).until((text) => text.includes("POST /page 1: body"));
  const { text } = await new RawConnection(server.port)
    .write(rawRequest(["content-length: 0"], "", "/throws"))
    .responses(1);
  expect(text).toMatch(/^HTTP\/1\.1 500 /);
  expect(errors).toHaveLength(2);
  expect(server.describe().streams).toBe(0);
  connection.end();
});

it("answers 404 without a fallback", async () => {
  const server = await start({ port: 0 });
  const peer = new Http2Peer(server.port);
  open.push(() => peer.session.destroy());
  expect((await peer.send({ ":path": "/page", ...json }, "{}")).status).toBe(404);
});
