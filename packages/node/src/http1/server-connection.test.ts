import { afterEach, expect, it, vi } from "vitest";
import { echoService } from "../fixtures/echo-service.js";
import { RawConnection, rawRequest } from "../fixtures/raw-connection.js";
import { type RpcServer, type ServeOptions, serve } from "../serve.js";

const request = rawRequest(["content-type: application/json", "content-length: 2"], "{}");
let server: RpcServer;

type Handler = Parameters<typeof echoService>[0];

async function start(handler: Handler, options: Partial<ServeOptions> = {}): Promise<void> {
  server = await serve({
    port: 0,
    services: [echoService(handler)],
    signals: false,
    limits: { stallTimeoutMs: 100 },
    ...options,
  });
}

afterEach(() => server.stop({ graceMs: 0 }));

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("a handler may work longer than a peer may stall, also for the second request of a connection", async () => {
  await start(async () => {
    await after(300);
    return { name: "late" };
  });
  const connection = new RawConnection(server.port);
  await connection.write(request).responses(1);
  const { text } = await connection.write(request).responses(2);
  expect(text.match(/"late"/g)).toHaveLength(2);
  connection.end();
});

it("a peer that does not take its response is cut off", async () => {
  await start(() => ({ name: "x".repeat(32 * 1024 * 1024) }));
  const connection = new RawConnection(server.port);
  connection.socket.pause();
  connection.write(request);
  await vi.waitFor(() => expect(server.describe().connections).toBe(1));
  await vi.waitFor(() => expect(server.describe().connections).toBe(0), 5_000);
  connection.end();
});

it("a fallback's response that its peer does not take is cut off, and one that it works on is not", async () => {
  await start(undefined, {
    fallback: async (incoming, response) => {
      await after(300);
      if (incoming.url === "/late") response.end("late");
      else response.end("x".repeat(32 * 1024 * 1024));
    },
  });
  const late = new RawConnection(server.port);
  const { text } = await late.write("GET /late HTTP/1.1\r\nhost: a\r\n\r\n").responses(1);
  expect(text).toContain("late");
  late.end();
  await vi.waitFor(() => expect(server.describe().connections).toBe(0), 5_000);
  const large = new RawConnection(server.port);
  large.socket.pause();
  large.write("GET /large HTTP/1.1\r\nhost: a\r\n\r\n");
  await vi.waitFor(() => expect(server.describe().connections).toBe(1));
  await vi.waitFor(() => expect(server.describe().connections).toBe(0), 5_000);
  large.end();
});

it("tells of requests under way, and of none once they are answered", async () => {
  let answer: () => void = () => {};
  await start(async () => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return {};
  });
  const connection = new RawConnection(server.port);
  connection.write(request);
  await vi.waitFor(() => expect(server.describe()).toMatchObject({ connections: 1, streams: 1 }));
  answer();
  await connection.responses(1);
  expect(server.describe()).toMatchObject({ connections: 1, streams: 0 });
  connection.end();
});
