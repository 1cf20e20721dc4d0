import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcp, type Socket } from "node:net";
import type { BalancedTransport } from "@bowline/balancer";
import { afterEach, expect, it } from "vitest";
import type { NodeChannelOptions } from "../channel.js";
import { Recorder, requestHead, sendRequest } from "../fixtures/recorder.js";
import { createNodeTransport } from "../transport.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function listen(server: Server | ReturnType<typeof createTcp>): Promise<string> {
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => {});
    open.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

function transportTo(url: string, options: NodeChannelOptions = {}): BalancedTransport {
  const transport = createNodeTransport(url, options);
  open.push(() => transport.close());
  return transport;
}

const serve = (handle: (request: IncomingMessage, response: ServerResponse) => void) =>
  listen(createServer(handle));

it("sends the head at once, and with the first piece if that comes in the same tick", async () => {
  const firsts: string[] = [];
  const url = await listen(
    createTcp((socket) => socket.once("data", (bytes) => firsts.push(bytes.toString()))),
  );
  for (const piece of ["", "piece"]) {
    const received = new Recorder();
    const stream = transportTo(url).open(requestHead(), received);
    stream.start();
    stream.body.append(Buffer.from(piece));
    stream.flush();
    await expect.poll(() => firsts.length).toBe(piece === "" ? 1 : 2);
    stream.reset();
  }
  expect(firsts[0]).toMatch(/transfer-encoding: chunked\r\n(?:.+\r\n)*\r\n$/i);
  expect(firsts[1]).toMatch(/\r\n\r\n5\r\npiece/);
});

it("hears the answer before it has sent everything, and stops sending once that is complete", async () => {
  let got = 0;
  let ended = false;
  const gone: Promise<void>[] = [];
  const url = await serve((request, response) => {
    gone.push(new Promise((resolve) => request.socket.on("close", () => resolve())));
    request.on("data", (chunk) => {
      got += chunk.length;
    });
    request.on("end", () => {
      ended = true;
    });
    request.on("error", () => {});
    response.end("no");
  });
  const received = new Recorder();
  const stream = transportTo(url).open(requestHead(), received);
  stream.start();
  stream.body.append(Buffer.from("first"));
  stream.flush();
  await received.over();
  expect(received.text).toBe("no");
  stream.body.append(Buffer.from("more"));
  expect(stream.flush()).toBe(true);
  stream.end();
  await gone[0];
  expect([got, ended]).toEqual([5, false]);
});

it("goes on sending while an answer comes that has begun", async () => {
  const url = await serve((request, response) => {
    response.writeHead(200).flushHeaders();
    request.pipe(response);
  });
  const received = new Recorder();
  const stream = transportTo(url).open(requestHead(), received);
  stream.start();
  await received.until(() => received.status === 200);
  stream.body.append(Buffer.from("ping"));
  stream.flush();
  await received.until(() => received.text === "ping");
  stream.body.append(Buffer.from("pong"));
  stream.end();
  await received.over();
  expect(received.text).toBe("pingpong");
});

it("reads the whole answer of a server that closes without reading the request", async () => {
  const answer = "x".repeat(200_000);
  const url = await listen(
    createTcp((socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write(
          `HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: ${answer.length}\r\n\r\n`,
        );
        socket.write(answer);
      });
    }),
  );
  const { received } = sendRequest(transportTo(url), Buffer.alloc(20_000_000));
  await received.over();
  expect(received.events).toEqual(["413", "data", "end"]);
  expect(received.bytes).toBe(answer.length);
});

it("uses a connection again after a request in pieces", async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    request.pipe(response);
  });
  const transport = transportTo(url);
  for (let i = 0; i < 3; i++) {
    const received = new Recorder();
    const stream = transport.open(requestHead(), received);
    stream.start();
    stream.body.append(Buffer.from("a"));
    stream.flush();
    stream.end();
    expect((await received.over()).text).toBe("a");
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ports.size).toBe(1);
  expect(transport.describe().subchannels[0]?.connection?.openStreams).toBe(0);
});

it("does not take a request that was given up for a whole one", async () => {
  const outcomes: string[] = [];
  const url = await serve((request) => {
    request.resume();
    request.on("end", () => outcomes.push("end"));
    request.on("error", () => outcomes.push("cut"));
  });
  const stream = transportTo(url).open(requestHead(), new Recorder());
  stream.start();
  stream.body.append(Buffer.from("a"));
  stream.flush();
  await new Promise((resolve) => setTimeout(resolve, 20));
  stream.reset();
  stream.end();
  await expect.poll(() => outcomes).toEqual(["cut"]);
});

it.each([
  ["limit", 5_000, "200,end"],
  ["limit + 1", 5_001, "limit"],
] as const)("bounds a single field of a response: %s", async (_, size, outcome) => {
  const url = await serve((request, response) => {
    request.resume();
    response.writeHead(200, { "x-z": "y".repeat(size - 3) }).end();
  });
  const { received } = sendRequest(transportTo(url, { limits: { headerListBytes: 10_000 } }));
  expect((await received.over()).events.join()).toBe(outcome);
});

it("at most so many requests run at a time; the next waits, and room is given back by every kind of end", async () => {
  let running = 0;
  let most = 0;
  const url = await serve((request, response) => {
    most = Math.max(most, ++running);
    request.resume();
    request.socket.once("close", () => running--);
    setImmediate(() => {
      if (request.url === "/cut") request.socket.destroy();
      else response.setHeader("connection", "close").end();
    });
  });
  const transport = transportTo(url, { limits: { connections: 2 } });
  const calls = Array.from({ length: 30 }, (_, i) =>
    sendRequest(transport, "x", { path: i % 3 === 0 ? "/cut" : "/ok" }),
  );
  calls[4]?.stream.reset();
  calls.splice(4, 1);
  const over = await Promise.all(calls.map(({ received }) => received.over()));
  const kinds = over.map(({ events }) => events.join());
  expect(new Set(kinds)).toEqual(new Set(["200,end", "lost"]));
  expect(most).toBe(2);
  expect(transport.describe()).toMatchObject({
    waitingStreams: 0,
    subchannels: [{ connection: { openStreams: 0 } }],
  });
});

it.each(["in one piece", "piece by piece"])(
  "gives a request up that was sent %s and of which the server takes nothing",
  async (form) => {
    const url = await listen(createTcp((socket) => socket.pause()));
    const transport = transportTo(url, { limits: { stallTimeoutMs: 100 } });
    const received = new Recorder();
    const stream = transport.open(requestHead(), received);
    if (form === "in one piece") {
      stream.body.append(Buffer.alloc(32 * 1024 * 1024));
      stream.send();
    } else {
      stream.start();
      do stream.body.append(Buffer.alloc(1024 * 1024));
      while (stream.flush());
      stream.body.append(Buffer.alloc(32 * 1024 * 1024));
      stream.flush();
    }
    await received.over();
    expect(received.failure).toEqual({
      kind: "stalled",
      message: "the server took nothing of the request for 100 ms",
    });
  },
);

it("does not give a request up that the server takes slowly, or took and has not answered", async () => {
  const took: Socket[] = [];
  const url = await listen(
    createTcp((socket) => {
      took.push(socket);
      let rest = 24 * 1024 * 1024;
      socket.pause();
      const timer = setInterval(() => {
        if (rest > 0) rest -= socket.read()?.length ?? 0;
        else if (socket.writable) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      }, 1);
      open.push(() => clearInterval(timer));
    }),
  );
  const transport = transportTo(url, { limits: { stallTimeoutMs: 150 } });
  const { received } = sendRequest(transport, Buffer.alloc(24 * 1024 * 1024));
  await received.over();
  expect(received.events).toEqual(["200", "data", "end"]);
});

it("fails at a response that Node has no use for, and does not wait for ever", async () => {
  const url = await listen(
    createTcp((socket) =>
      socket.once("data", () =>
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        ),
      ),
    ),
  );
  const { received } = sendRequest(transportTo(url));
  await received.over();
  expect(received.failure?.kind).toBe("lost");
});
