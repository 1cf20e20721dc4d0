import { execFile } from "node:child_process";
import { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { answerOf, Http2Peer } from "../fixtures/http2-peer.js";
import { certificates } from "../fixtures/tls.js";
import {
  eventually,
  Recorder,
  startTransport,
  type TransportServer,
} from "../fixtures/transport-server.js";
import type { FallbackHandler } from "../http-server.js";
import type { ServerLimits } from "../server-limits.js";
import { nodeTlsOptions } from "../tls/server-options.js";

const run = promisify(execFile);
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A server whose services are at `/a` alone. */
async function listen(
  fallback: FallbackHandler,
  { limits = {}, tls }: { limits?: ServerLimits; tls?: boolean } = {},
): Promise<TransportServer> {
  const server = await startTransport(new Recorder().accept, {
    fallback,
    limits,
    ...(tls === true ? { tls: nodeTlsOptions(certificates.server, 10_000) } : {}),
  });
  open.push(() => server[Symbol.asyncDispose]());
  return server;
}

async function start(fallback: FallbackHandler, limits: ServerLimits = {}): Promise<Http2Peer> {
  return connect(await listen(fallback, { limits }));
}

function connect(server: TransportServer): Http2Peer {
  const peer = new Http2Peer(server.port);
  open.push(() => peer.session.destroy());
  return peer;
}

describe("a fallback over HTTP/2", () => {
  it("gets Node's own request and response, as HTTP/1.1 has them", async () => {
    let seen: Record<string, unknown> = {};
    const peer = await start((request, response) => {
      seen = {
        genuine: request instanceof IncomingMessage && response instanceof ServerResponse,
        url: request.url,
        method: request.method,
        version: request.httpVersion,
        headers: request.headers,
        raw: request.rawHeaders,
        address: request.socket.remoteAddress,
      };
      response.end();
    });
    const headers = {
      ":path": "/page?q=1",
      ":authority": "shop",
      te: "trailers",
      cookie: ["a=1", "b=2"],
    };
    const answer = await peer.send({ ...headers, ":method": "GET", "x-a": ["1", "2"] });
    expect(answer).toMatchObject({ status: 200, code: 0, ended: true });
    expect(seen).toEqual({
      genuine: true,
      url: "/page?q=1",
      method: "GET",
      version: "1.1",
      headers: { host: "shop", "x-a": "1, 2", cookie: "a=1; b=2" },
      raw: ["host", "shop", "x-a", "1", "x-a", "2", "cookie", "a=1; b=2"],
      address: "127.0.0.1",
    });
  });

  it("says whether there is a body, and how long it is if the peer said so", async () => {
    const framing: unknown[] = [];
    const peer = await start(({ headers }, response) => {
      framing.push([headers["content-length"], headers["transfer-encoding"]]);
      response.end();
    });
    await peer.send({ ":path": "/p" });
    await peer.send({ ":path": "/p" }, "body");
    await peer.send({ ":path": "/p", "content-length": "4" }, "body");
    expect(framing).toEqual([
      ["0", undefined],
      [undefined, "chunked"],
      ["4", undefined],
    ]);
  });

  it("answers with headers, informational status left out, a body and trailers", async () => {
    const peer = await start((_, response) => {
      response.writeEarlyHints({ link: "</a.css>" });
      response.writeHead(201, [
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["X-Hop", "1"],
        ["Connection", "x-hop"],
        ["Keep-Alive", "timeout=5"],
        ["Trailer", "x-sum"],
      ] as never);
      response.write("one, ");
      response.addTrailers({ "X-Sum": "9" });
      response.end("two");
    });
    const { status, headers, body, trailers } = await peer.send({ ":path": "/p" }, "x");
    expect({ status, body, trailers: trailers?.["x-sum"] }).toEqual({
      status: 201,
      body: "one, two",
      trailers: "9",
    });
    expect(headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    for (const name of ["connection", "keep-alive", "transfer-encoding", "x-hop"]) {
      expect(headers[name], name).toBeUndefined();
    }
  });

  it.each([
    ["HEAD", 200],
    ["GET", 204],
    ["GET", 304],
  ])("ends answers without a body to %s with %i", async (method, status) => {
    const peer = await start((_, response) => {
      response.writeHead(status, {
        etag: '"1"',
        ...(method === "HEAD" && { "content-length": 5 }),
      });
      response.end(method === "HEAD" ? "12345" : undefined);
    });
    const answer = await peer.send({ ":method": method, ":path": "/p" });
    expect(answer).toMatchObject({ status, body: "", code: 0, ended: true });
    expect(answer.headers["content-length"]).toBe(method === "HEAD" ? "5" : undefined);
  });

  it("streams both ways at once", async () => {
    const peer = await start((request, response) => {
      response.writeHead(200);
      response.flushHeaders();
      request.on("data", (chunk) => response.write(`<${chunk}>`));
      request.on("end", () => response.end("."));
    });
    const stream = peer.open({ ":path": "/p" });
    const heard: string[] = [];
    stream.setEncoding("utf8").on("data", (chunk: string) => heard.push(chunk));
    for (const [at, word] of ["a", "b", "c"].entries()) {
      stream.write(word);
      await eventually(() => heard.length === at + 1);
    }
    stream.end();
    await new Promise((resolve) => stream.on("close", resolve));
    expect(heard.join("")).toBe("<a><b><c>.");
  });

  it("answers 100 to a peer that asks before it sends", async () => {
    const peer = await start((request, response) => request.pipe(response));
    const stream = peer.open({ ":path": "/p", expect: "100-continue" });
    const answer = answerOf(stream);
    stream.once("continue", () => stream.end("body"));
    expect((await answer).body).toBe("body");
  });

  it("holds back a sender whose body nobody reads", async () => {
    let resume: (() => void) | undefined;
    const size = 8 * 1_048_576;
    const peer = await start((request, response) => {
      request.pause();
      resume = () => {
        let bytes = 0;
        request.on("data", (chunk) => {
          bytes += chunk.length;
        });
        request.on("end", () => response.end(String(bytes)));
        request.resume();
      };
    });
    const stream = peer.open({ ":path": "/p" });
    const answer = answerOf(stream);
    let sent = 0;
    const piece = new Uint8Array(65_536);
    const more = () => {
      while (sent < size) {
        sent += piece.length;
        if (!stream.write(piece)) return stream.once("drain", more);
      }
      return stream.end();
    };
    more();
    await eventually(() => resume !== undefined);
    let before = -1;
    for (let quiet = 0; quiet < 20; quiet = sent === before ? quiet + 1 : 0) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(sent).toBeLessThan(size / 2);
    resume?.();
    expect((await answer).body).toBe(String(size));
  });

  it("holds back a writer whose body nobody takes", async () => {
    const size = 16 * 1_048_576;
    let written = 0;
    const peer = await start((_, response) => {
      const piece = Buffer.alloc(65_536);
      const more = () => {
        while (written < size) {
          written += piece.length;
          if (!response.write(piece)) return response.once("drain", more);
        }
        return response.end();
      };
      more();
    });
    const stream = peer.session.request({ ":path": "/p" });
    stream.pause();
    await new Promise((resolve) => stream.once("response", resolve));
    let before = -1;
    await eventually(() => {
      const isStill = written === before;
      before = written;
      return isStill && written > 0;
    });
    expect(written).toBeLessThan(4 * 1_048_576);
    let bytes = 0;
    stream.on("data", (chunk) => {
      bytes += chunk.length;
    });
    stream.resume();
    await new Promise((resolve) => stream.once("end", resolve));
    expect(bytes).toBe(size);
  });

  it("tells the application of a peer that gives up, before and after the request's end", async () => {
    for (const isComplete of [false, true]) {
      const events: string[] = [];
      const peer = await start((request, response) => {
        request.on("error", () => events.push("error")).on("close", () => events.push("request"));
        response.on("close", () => events.push(`response ${response.writableFinished}`));
        request.resume();
      });
      const stream = peer.open({ ":path": "/p" });
      if (isComplete) stream.end("body");
      else stream.write("part");
      await new Promise((resolve) => setTimeout(resolve, 50));
      stream.close(8);
      await eventually(() => events.includes("request") && events.includes("response false"));
    }
  });

  it("resets the stream of an answer that is broken off, and of one that never began", async () => {
    const peer = await start((request, response) => {
      if (request.url === "/begun") response.write("part");
      setImmediate(() => response.destroy());
    });
    for (const path of ["/begun", "/unbegun"]) {
      const answer = await peer.send({ ":path": path });
      expect(answer, path).toMatchObject({ code: 2, ended: path === "/unbegun" && answer.ended });
    }
  });

  it("frees a peer whose body is not read to its end", async () => {
    const peer = await start((_, response) => response.end("early"));
    const stream = peer.open({ ":path": "/p" });
    const answer = answerOf(stream);
    stream.write(new Uint8Array(100_000));
    expect(await answer).toMatchObject({ status: 200, body: "early", code: 0 });
  });

  it("keeps the limits of headers, streams and stalls", async () => {
    const limits = { streams: 2, stallTimeoutMs: 40 };
    const peer = await start((request, response) => {
      if (request.url === "/q") response.end();
    }, limits);
    expect((await peer.send({ ":path": "/p", "x-a": "a".repeat(8_190) })).status).toBe(431);
    const held = [peer.open({ ":path": "/p" }), peer.open({ ":path": "/p" })].map(answerOf);
    // Waits for room.
    const last = peer.send({ ":path": "/q" });
    for (const answer of held) expect((await answer).code).not.toBe(0);
    expect((await last).status).toBe(200);
  });

  it("is told nothing of what HTTP/1.1 cannot say", async () => {
    const called: unknown[] = [];
    const peer = await start((request, response) => {
      called.push(request.url);
      response.end();
    });
    expect((await peer.send({ ":path": "/a b" })).status).not.toBe(200);
    expect((await peer.send({ ":path": "/p", ":method": "A B" })).status).not.toBe(200);
    expect(called).toEqual([]);
  });

  it("counts as a request under way, and lets a server that stops wait for it", async () => {
    let finish = () => {};
    const server = await listen((_, response) => {
      finish = () => response.end("done");
    });
    const peer = connect(server);
    const answer = peer.send({ ":path": "/p" });
    await eventually(() => server.connections.streams === 1);
    await eventually(() => finish.toString().includes("done"));
    const drained = server.connections.drain();
    setTimeout(finish, 20);
    expect((await answer).body).toBe("done");
    peer.session.close();
    await drained;
    expect(server.connections.streams).toBe(0);
  });

  it("serves curl, over TLS too", async () => {
    const server = await listen(
      async (request, response) => {
        let bytes = 0;
        for await (const chunk of request) bytes += chunk.length;
        const { encrypted } = request.socket as { encrypted?: boolean };
        response.end(`${request.method} ${request.headers.host} ${bytes} ${encrypted ?? false}`);
      },
      { tls: true },
    );
    const plain = await listen(async (request, response) => {
      let bytes = 0;
      for await (const chunk of request) bytes += chunk.length;
      response.end(`${request.method} ${bytes}`);
    });
    const common = ["-s", "--max-time", "10", "-w", " %{http_code} %{http_version}"];
    const body = ["--data-binary", "x".repeat(100_000)];
    const url = (port: number, scheme = "http") => `${scheme}://127.0.0.1:${port}/page`;
    const clear = ["--http2-prior-knowledge", url(plain.port)];
    expect((await run("curl", [...common, ...body, ...clear])).stdout).toBe("POST 100000 200 2");
    const secure = [...body, "-k", "-H", "host: localhost", url(server.port, "https")];
    expect((await run("curl", [...common, ...secure])).stdout).toBe(
      "POST localhost 100000 true 200 2",
    );
  });
});
