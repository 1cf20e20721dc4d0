import { request as httpsRequest, type RequestOptions } from "node:https";
import { connect as tlsConnect } from "node:tls";
import type { HandlerCall } from "@bowline/rpc";
import { afterEach, expect, it } from "vitest";
import { echoService } from "./fixtures/echo-service.js";
import { Http2Peer } from "./fixtures/http2-peer.js";
import { RawConnection } from "./fixtures/raw-connection.js";
import { ca, certificates } from "./fixtures/tls.js";
import { eventually } from "./fixtures/transport-server.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";
import { splitAltNames } from "./tls/identity.js";
import type { ServerTlsOptions } from "./tls/server-options.js";

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

let lastPeer: HandlerCall["peer"] | undefined;

async function start(
  tls: Partial<ServerTlsOptions> = {},
  options: Partial<ServeOptions> = {},
): Promise<RpcServer> {
  lastPeer = undefined;
  const server = await serve({
    port: 0,
    host: "127.0.0.1",
    tls: { ...certificates.server, ...tls },
    services: [
      echoService((request, call) => {
        lastPeer = call.peer;
        return request;
      }),
    ],
    signals: false,
    ...options,
  });
  open.push(() => server.stop({ graceMs: 100 }));
  return server;
}

const call = {
  ":method": "POST",
  ":path": "/test.v1.EchoService/Echo",
  "content-type": "application/json",
};

function http2(server: RpcServer, options: object = {}): Http2Peer {
  const peer = new Http2Peer(server.port, { ca, ...options }, "https");
  open.push(() => peer.session.destroy());
  return peer;
}

/** Calls over HTTP/1.1; the error's code if there is no answer. */
function http1(
  server: RpcServer,
  options: RequestOptions & { ALPNProtocols?: string[] } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const { "content-type": contentType, ":path": path } = call;
    const headers = { "content-type": contentType };
    const all = { host: "127.0.0.1", port: server.port, method: "POST", path, headers, ca };
    const request = httpsRequest({ ...all, agent: false, ...options }, (response) => {
      let text = `${response.httpVersion} ${response.statusCode} `;
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    request.end('{"name":"a"}');
  });
}

it("serves HTTP/2 and HTTP/1.1 on one port, as ALPN says, and HTTP/1.1 without it", async () => {
  const server = await start();
  expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
  expect(await http2(server).send(call, '{"name":"a"}')).toMatchObject({
    status: 200,
    body: '{"name":"a"}',
  });
  expect(lastPeer).toMatchObject({
    httpVersion: "2",
    tls: { version: "TLSv1.3", certificate: undefined },
  });
  expect(await http1(server, { ALPNProtocols: ["http/1.1"] })).toBe('1.1 200 {"name":"a"}');
  expect(await http1(server, { servername: "localhost" })).toBe('1.1 200 {"name":"a"}');
  expect(lastPeer?.tls?.serverName).toBe("localhost");
});

it("prefers HTTP/2, and refuses clients that speak neither", async () => {
  const server = await start();
  const agreed = (protocols: string[]) =>
    new Promise((resolve) => {
      const options = { port: server.port, ca, ALPNProtocols: protocols };
      const socket = tlsConnect({ ...options, host: "127.0.0.1" }, () =>
        resolve(socket.alpnProtocol),
      );
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
      open.push(() => socket.destroy());
    });
  expect(await agreed(["http/1.1", "h2"])).toBe("h2");
  expect(await agreed(["http/1.1"])).toBe("http/1.1");
  expect(await agreed(["spdy/3"])).toBe("ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL");
});

it("binds every address with tls, as plaintext: true does", async () => {
  const server = await serve({ port: 0, tls: certificates.server, services: [], signals: false });
  open.push(() => server.stop());
  expect(server.url).toBe(`https://localhost:${server.port}`);
});

it("requires a client certificate, of its own authority", async () => {
  const server = await start({ ca, clientCertificate: "require" });
  expect(await http1(server, certificates.client)).toBe('1.1 200 {"name":"a"}');
  expect(lastPeer?.tls?.certificate).toMatchObject({
    subject: "O=Test\\, Inc.,CN=client",
    subjectAltNames: ["URI:spiffe://test/client", "DNS:client"],
    fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
  });
  expect(lastPeer?.tls?.certificate?.raw.length).toBeGreaterThan(300);
  expect((await http2(server, certificates.client).send(call, "{}")).status).toBe(200);
  lastPeer = undefined;
  expect(await http1(server)).toMatch(/^E|hang up/);
  expect(await http1(server, certificates.stranger)).toMatch(/^E|hang up/);
  expect(lastPeer).toBeUndefined();
});

it("asks for a client certificate, and takes one that is not verified for none", async () => {
  const server = await start({ ca, clientCertificate: "request" });
  const tlsOf = async (options: RequestOptions) => {
    expect(await http1(server, options)).toBe('1.1 200 {"name":"a"}');
    return lastPeer?.tls?.certificate?.subject;
  };
  expect(await tlsOf(certificates.client)).toBe("O=Test\\, Inc.,CN=client");
  expect(await tlsOf({})).toBeUndefined();
  expect(await tlsOf(certificates.stranger)).toBeUndefined();
});

it("does not ask by default", async () => {
  const server = await start();
  expect(await http1(server, certificates.client)).toBe('1.1 200 {"name":"a"}');
  expect(lastPeer?.tls?.certificate).toBeUndefined();
});

it("speaks the versions that it is told to", async () => {
  const server = await start({ minVersion: "TLSv1.3" });
  expect(await http1(server, { maxVersion: "TLSv1.2" })).toBe("EPROTO");
  expect(await http1(await start(), { maxVersion: "TLSv1.2" })).toBe('1.1 200 {"name":"a"}');
  expect(lastPeer?.tls?.version).toBe("TLSv1.2");
});

it("closes connections whose handshake does not come, breaks, or is none", async () => {
  const server = await start({}, { limits: { headersTimeoutMs: 150 } });
  const silent = new RawConnection(server.port);
  const plain = new RawConnection(server.port).write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const cut = new RawConnection(server.port).write("\x16\x03\x01\x02\x00\x01");
  for (const connection of [silent, plain, cut]) {
    const { closed, text } = await connection.closed();
    expect(closed).toBe(true);
    expect(text).not.toContain("HTTP");
  }
  await eventually(() => server.describe().connections === 0);
  expect(await http1(server)).toBe('1.1 200 {"name":"a"}');
});

it("stops although a handshake is under way", async () => {
  const server = await start();
  const silent = new RawConnection(server.port);
  const peer = http2(server);
  expect((await peer.send(call, "{}")).status).toBe(200);
  await eventually(() => server.describe().connections === 2);
  await server.stop();
  expect(server.describe()).toMatchObject({ connections: 0, streams: 0 });
  expect((await silent.closed()).closed).toBe(true);
  await peer.closed;
});

it("refuses options that contradict one another or cannot work, saying what to do", async () => {
  const refuse = (options: object, message: RegExp) =>
    expect(start({}, options)).rejects.toMatchObject({
      code: "invalid_argument",
      reason: "BOWLINE_OPTION",
      message: expect.stringMatching(message),
    });
  const { server } = certificates;
  await refuse({ plaintext: true }, /tls and plaintext: true contradict one another/);
  await refuse({ tls: { key: server.key } }, /tls needs key and cert/);
  await refuse({ tls: { ...server, cert: "/etc/cert.pem" } }, /texts in PEM, not file names/);
  await refuse({ tls: { ...server, ca: "/etc/ca.pem" } }, /tls\.ca holds no certificate/);
  await refuse({ tls: { ...server, key: certificates.client.key } }, /key must be that/);
  await refuse({ tls: { ...server, clientCertificate: "require" } }, /needs tls\.ca/);
  await refuse({ tls: { ...server, clientCertificate: "always" } }, /"none", "request", "require"/);
  await refuse({ tls: { ...server, minVersion: "TLSv1.1" } }, /"TLSv1\.2", "TLSv1\.3"/);
  await expect(start({}, { tls: { ...server, keys: 1 } as never })).rejects.toThrow(
    'tls has no option "keys"; did you mean key?',
  );
});

it("takes keys and certificates as bytes and as lists", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const { key, cert } = certificates.server;
  const server = await start({ key: bytes(key), cert: [bytes(cert)], ca: [ca] });
  expect(await http1(server)).toBe('1.1 200 {"name":"a"}');
});

it("takes alternative names apart, quoted ones too", () => {
  expect(splitAltNames("")).toEqual([]);
  expect(splitAltNames("DNS:a, IP Address:127.0.0.1, URI:spiffe://b/c")).toEqual([
    "DNS:a",
    "IP Address:127.0.0.1",
    "URI:spiffe://b/c",
  ]);
  expect(splitAltNames('DNS:"evil, DNS:good", DNS:"a\\"b"')).toEqual([
    "DNS:evil, DNS:good",
    'DNS:a"b',
  ]);
});
