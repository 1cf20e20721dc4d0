import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createClient } from "@bowline/rpc";
import { afterEach, expect, it } from "vitest";
import { createChannel } from "./channel.js";
import { EchoService, echoService } from "./fixtures/echo-service.js";
import { RawConnection, rawRequest } from "./fixtures/raw-connection.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
});

async function start(options: Partial<ServeOptions> = {}): Promise<RpcServer> {
  const server = await serve({ port: 0, services: [echoService()], signals: false, ...options });
  open.push(server);
  return server;
}

function clientOf(server: RpcServer) {
  const channel = createChannel(server.url);
  open.push(channel);
  return createClient(EchoService, channel);
}

it("binds loopback only by default and says where", async () => {
  const server = await start();
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect((await clientOf(server).echo({ name: "a" })).name).toBe("a");
});

it("refuses another host without plaintext: true, naming the choices", async () => {
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "example.com", "127.0.0.1.evil.com", ""]) {
    await expect(start({ host }), host).rejects.toMatchObject({
      code: "invalid_argument",
      reason: "BOWLINE_PLAINTEXT",
      message: expect.stringMatching(/plaintext: true.*tls/),
    });
  }
});

it("binds every address with plaintext: true, and is reached as localhost", async () => {
  const server = await start({ plaintext: true });
  expect(server.url).toBe(`http://localhost:${server.port}`);
  expect((await clientOf(server).echo({ name: "a" })).name).toBe("a");
});

it.each([
  ["HTTP/1.0", ""],
  ["HTTP/1.1", "connection: close\r\n"],
])(
  "reads on behind an early answer, so that a proxy that is still sending gets it: %s %s",
  async (version, close) => {
    const server = await start({ limits: { receivedMessageBytes: 1_000 } });
    const size = 1_000_000;
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    const came: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => came.push(chunk));
    const answered = once(socket, "end");
    const type = "content-type: application/proto";
    socket.write(`POST /test.v1.EchoService/Echo ${version}\r\nhost: x\r\n${close}${type}\r\n`);
    socket.write(`content-length: ${size}\r\n\r\n`);
    socket.write(Buffer.alloc(size / 2));
    await answered;
    expect(Buffer.concat(came).toString()).toMatch(/^HTTP\/1\.1 429 .*resource_exhausted/s);
    expect(server.describe().connections).toBe(1);
    socket.on("error", (error) => came.push(Buffer.from(error.message)));
    socket.write(Buffer.alloc(size / 2));
    const count = came.length;
    const [failed] = await once(socket.end(), "close");
    expect([failed, came.length - count]).toEqual([false, 0]);
    await expect.poll(() => server.describe().connections).toBe(0);
  },
);

it("names a port that is taken, with a stable reason", async () => {
  const server = await start();
  await expect(start({ port: server.port })).rejects.toMatchObject({
    code: "failed_precondition",
    reason: "BOWLINE_PORT_TAKEN",
    message: expect.stringContaining(`127.0.0.1, port ${server.port}: the port is taken`),
  });
});

it("refuses ports that are none and addresses that this machine does not have", async () => {
  for (const port of [-1, 65_536, 1.5, Number.NaN, "80" as never]) {
    await expect(start({ port }), String(port)).rejects.toMatchObject({ code: "invalid_argument" });
  }
  await expect(start({ host: "203.0.113.1", plaintext: true })).rejects.toMatchObject({
    reason: "BOWLINE_LISTEN",
  });
});

it("refuses options that do not exist, numbers that are strings and services without handlers", async () => {
  await expect(start({ prot: 1 } as never)).rejects.toThrow(
    new TypeError(
      'serve has no option "prot"; did you mean port? its options: services, port, host, tls, plaintext, listeners, signals, limits, keepalive, pings, connectionAge, http2, fallback, codecs, compression, interceptors, gate, cors, deadline, routes, requireConnectProtocolVersion, onError',
    ),
  );
  await expect(start({ limits: { conections: 1 } as object })).rejects.toThrow(TypeError);
  await expect(start({ limits: { connections: "5" as never } })).rejects.toThrow(
    'limits.connections must be a number, 0 or more; it is the string "5"',
  );
  await expect(start({ port: "8080" as never })).rejects.toThrow(
    'port must be a whole number from 0 to 65535; it is the string "8080"',
  );
  await expect(start({ services: [EchoService as never] })).rejects.toThrow(
    "pass implement(EchoService, { … })",
  );
});

it("lets calls under way finish when it stops, and closes their connections behind the answer", async () => {
  let answer: () => void = () => {};
  let called: () => void = () => {};
  const running = new Promise<void>((resolve) => {
    called = resolve;
  });
  const server = await start({
    services: [
      echoService(async (request) => {
        called();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return request;
      }),
    ],
  });
  const call = clientOf(server).echo({ name: "late" });
  await running;
  const stopped = server.stop();
  expect(server.stop()).toBe(stopped);
  await expect(clientOf(server).echo({})).rejects.toMatchObject({ code: "unavailable" });
  answer();
  expect((await call).name).toBe("late");
  expect((await call.headers).get("connection")).toBe("close");
  await stopped;
});

it("ends calls that take longer than the grace, and aborts their signals", async () => {
  let reason: unknown;
  const server = await start({
    services: [
      echoService(
        (_, call) =>
          new Promise((resolve) => {
            call.signal.addEventListener("abort", () => {
              reason = call.signal.reason;
              resolve({});
            });
          }),
      ),
    ],
  });
  const call = clientOf(server)
    .echo({})
    .catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  const raw = new RawConnection(server.port).write(
    rawRequest(["content-type: application/json", "content-length: 2"], "{}"),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  await server.stop({ graceMs: 20 });
  expect(await call).toMatchObject({ code: "unavailable" });
  expect(reason).toMatchObject({ code: "unavailable", reason: "BOWLINE_SHUTDOWN" });
  expect((await raw.closed()).closed).toBe(true);
});

it("closes idle connections at once when it stops", async () => {
  const server = await start();
  const raw = new RawConnection(server.port).write(
    rawRequest(["content-type: application/json", "content-length: 2"], "{}"),
  );
  await raw.responses(1);
  await server.stop();
  expect((await raw.closed()).closed).toBe(true);
  const other = createServer().listen(server.port, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  other.close();
});

it("tells a handler that its caller is gone", async () => {
  let called: () => void = () => {};
  const running = new Promise<void>((resolve) => {
    called = resolve;
  });
  let aborted: (reason: unknown) => void = () => {};
  const reason = new Promise<unknown>((resolve) => {
    aborted = resolve;
  });
  const server = await start({
    services: [
      echoService((_, call) => {
        call.signal.addEventListener("abort", () => aborted(call.signal.reason));
        called();
        return new Promise(() => {});
      }),
    ],
  });
  const call = clientOf(server).echo({});
  await running;
  call.cancel();
  await expect(call).rejects.toMatchObject({ code: "canceled" });
  expect(await reason).toMatchObject({ code: "canceled" });
});
