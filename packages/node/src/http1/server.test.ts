import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { echoService, Method } from "../fixtures/echo-service.js";
import { RawConnection, rawRequest } from "../fixtures/raw-connection.js";
import { type RpcServer, serve } from "../serve.js";

const limit = 10_000;
const json = "content-type: application/json";
let server: RpcServer;
let impatient: RpcServer;
const connections: RawConnection[] = [];

beforeAll(async () => {
  const services = [echoService()];
  const limits = { receivedMessageBytes: limit };
  server = await serve({ port: 0, services, signals: false, limits });
  impatient = await serve({
    port: 0,
    services: [echoService((request) => request)],
    signals: false,
    limits: { headersTimeoutMs: 200, stallTimeoutMs: 600, idleTimeoutMs: 100, connections: 2 },
  });
});
afterAll(async () => {
  await server.stop({ graceMs: 100 });
  await impatient.stop({ graceMs: 100 });
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.end();
});

function connect(to = server): RawConnection {
  const connection = new RawConnection(to.port);
  connections.push(connection);
  return connection;
}

const good = rawRequest([json, "content-length: 12"], '{"name":"a"}');

/** The connection still answers: nothing that came before has hurt it. */
async function stillAnswers(connection: RawConnection, before: number): Promise<void> {
  const { text } = await connection.write(good).responses(before + 1);
  expect(text).toMatch(/HTTP\/1\.1 200 OK\r\n[\s\S]*\{"name":"a"\}$/);
}

it("answers requests one behind the other on one connection, pipelined ones in order", async () => {
  const connection = connect().write(good + good.replace('"a"', '"b"') + good);
  const { text } = await connection.responses(3);
  expect(text.match(/\{"name":"."\}/g)).toEqual(['{"name":"a"}', '{"name":"b"}', '{"name":"a"}']);
  await stillAnswers(connection, 3);
});

it("answers chunked bodies", async () => {
  const chunks = '4\r\n{"na\r\n8\r\nme":"a"}\r\n0\r\n\r\n';
  const { text } = await connect()
    .write(rawRequest([json, "transfer-encoding: chunked"], chunks))
    .responses(1);
  expect(text).toContain('{"name":"a"}');
});

it.each([
  ["a request line that is none", "hello\r\n\r\n"],
  ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ["two lengths", rawRequest([json, "content-length: 2", "content-length: 3"], "{}")],
  [
    "a length and chunks",
    rawRequest([json, "content-length: 2", "transfer-encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n"),
  ],
  ["a negative length", rawRequest([json, "content-length: -1"], "{}")],
  ["a length that is no number", rawRequest([json, "content-length: 0x2"], "{}")],
  ["white space before the colon", rawRequest([json, "content-length : 2"], "{}")],
  ["a folded header", rawRequest([json, "x: a\r\n b", "content-length: 2"], "{}")],
  ["a NUL in a header", rawRequest([json, "x: a\0b", "content-length: 2"], "{}")],
  [
    "chunk sizes that are none",
    rawRequest([json, "transfer-encoding: chunked"], "zz\r\n{}\r\n0\r\n\r\n"),
  ],
  ["another transfer coding", rawRequest([json, "transfer-encoding: gzip"], "{}")],
  ["no host", `POST /test.v1.EchoService/Echo HTTP/1.1\r\n${json}\r\ncontent-length: 2\r\n\r\n{}`],
])("refuses %s with an error of HTTP and closes the connection", async (_, bytes) => {
  const { text, closed } = await connect().write(bytes).closed();
  expect(closed).toBe(true);
  expect(text).not.toContain("200 OK");
  if (text !== "") expect(text).toMatch(/^HTTP\/1\.1 (400|501|505) /);
  await stillAnswers(connect(), 0);
});

it.each([
  ["dots in the path", "/x/../test.v1.EchoService/Echo", 400],
  ["an encoded slash", "/test.v1.EchoService%2fEcho", 400],
  ["an absolute target", "http://x/test.v1.EchoService/Echo", 400],
  ["nothing there", "/favicon.ico", 404],
] as const)("refuses %s and goes on with the connection", async (_, target, status) => {
  const connection = connect().write(rawRequest([json, "content-length: 2"], "{}", target));
  const { text } = await connection.responses(1);
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  await stillAnswers(connection, 1);
});

it.each([
  ["another method", good.replace("POST", "DELETE"), 405],
  ["another content type", good.replace("application/json", "text/plain      "), 415],
  [
    "a wrong timeout",
    rawRequest([json, "connect-timeout-ms: 99999999999999999999", "content-length: 2"], "{}"),
    400,
  ],
  [
    "an encoding that nobody knows",
    rawRequest([json, "content-encoding: lzma", "content-length: 2"], "{}"),
    501,
  ],
  ["a body that does not decode", rawRequest([json, "content-length: 2"], "{]"), 400],
] as const)("refuses %s and goes on with the connection", async (_, bytes, status) => {
  const connection = connect().write(bytes);
  const { text } = await connection.responses(1);
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  await stillAnswers(connection, 1);
});

it("takes header lists just below 16 KiB, and answers 431 above", async () => {
  const padding = (size: number) => [`x-a: ${"a".repeat(7_000)}`, `x-b: ${"b".repeat(size)}`];
  const below = await connect()
    .write(rawRequest([json, ...padding(8_000), "content-length: 2"], "{}"))
    .responses(1);
  expect(below.text).toContain("200 OK");
  const above = await connect()
    .write(
      rawRequest([json, ...padding(8_000), `x-c: ${"c".repeat(2_000)}`, "content-length: 2"], "{}"),
    )
    .closed();
  expect(above.text).toMatch(/^HTTP\/1\.1 431 /);
});

it("takes a header field of 8 KiB, and answers 431 for one more byte, keeping the connection", async () => {
  const field = (size: number) =>
    rawRequest([json, `x-a: ${"a".repeat(size - 3)}`, "content-length: 2"], "{}");
  const connection = connect();
  expect((await connection.write(field(8_191)).responses(1)).text).toContain("200 OK");
  expect((await connection.write(field(8_192)).responses(2)).text).not.toContain("431");
  expect((await connection.write(field(8_193)).responses(3)).text).toContain("431");
  await stillAnswers(connection, 3);
});

it("does not let many small headers push others out", async () => {
  const many = Array.from({ length: 2_500 }, () => "a:");
  const { text } = await connect()
    .write(rawRequest([...many, "content-type: text/plain", "content-length: 2"], "{}"))
    .responses(1);
  expect(text).toMatch(/^HTTP\/1\.1 415 /);
});

it.each(["content-length", "chunked"])(
  "takes bodies of limit - 1 and limit, and refuses limit + 1, by %s",
  async (framing) => {
    const request = (size: number) => {
      const body = Buffer.from(Method.encode({ name: "x".repeat(size - 3) })).toString("latin1");
      expect(body).toHaveLength(size);
      const proto = "content-type: application/proto";
      return framing === "chunked"
        ? rawRequest(
            [proto, "transfer-encoding: chunked"],
            `${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
          )
        : rawRequest([proto, `content-length: ${size}`], body);
    };
    const connection = connect();
    connection.socket.write(request(limit - 1), "latin1");
    expect((await connection.responses(1)).text).toContain("200 OK");
    connection.socket.write(request(limit), "latin1");
    await connection.responses(2);
    connection.socket.write(request(limit + 1), "latin1");
    const { text } = await connection.responses(3);
    expect(text.match(/HTTP\/1\.1 (\d+)/g)).toEqual([
      "HTTP/1.1 200",
      "HTTP/1.1 200",
      "HTTP/1.1 429",
    ]);
    expect(text).toContain('"code":"resource_exhausted"');
    // How much of a body in chunks is to come nobody knows: the connection is not used again.
    if (framing === "chunked") expect(text.toLowerCase()).toContain("connection: close");
    else await stillAnswers(connection, 3);
  },
);

it("answers an announced size past the limit before a byte of the body came", async () => {
  const connection = connect().write(rawRequest([json, "content-length: 1000000000"]));
  const { text } = await connection.responses(1);
  expect(text).toMatch(/^HTTP\/1\.1 429 [\s\S]*resource_exhausted/);
});

it("lets a caller that sends on for a while see the answer, and then closes the connection", async () => {
  const connection = connect().write(rawRequest([json, "content-length: 1000000000"]));
  const piece = new Uint8Array(65_536);
  for (let sent = 0; sent < 3_000_000; sent += piece.length) connection.write(piece);
  const { text } = await connection.responses(1);
  expect(text).toContain("resource_exhausted");
  // A caller that has sent all of it must not use the connection again.
  expect(text.toLowerCase()).toContain("connection: close");
  const flood = setInterval(() => {
    for (let i = 0; i < 16; i++) connection.write(piece);
  }, 5);
  const { closed } = await connection.closed();
  clearInterval(flood);
  expect(closed).toBe(true);
});

it("answers Expect: 100-continue by the headers: a refusal, or the go-ahead", async () => {
  const expecting = (length: number) =>
    rawRequest([json, "expect: 100-continue", `content-length: ${length}`]);
  const refused = await connect()
    .write(expecting(limit + 1))
    .responses(1);
  expect(refused.text).toMatch(/^HTTP\/1\.1 429 /);
  const accepted = connect().write(expecting(2));
  await accepted.until((text) => text.startsWith("HTTP/1.1 100 Continue"));
  expect((await accepted.write("{}").responses(2)).text).toContain("200 OK");
});

it("closes a connection whose headers are not complete in time", async () => {
  const silent = connect(impatient);
  const slow = connect(impatient).write("POST / HTTP/1.1\r\nhost: x\r\n");
  expect((await slow.closed()).text).toMatch(/^HTTP\/1\.1 408 /);
  expect((await silent.closed()).closed).toBe(true);
});

it("ends a request whose body stalls, and says so", async () => {
  const connection = connect(impatient).write(rawRequest([json, "content-length: 10"], '{"na'));
  const { text, closed } = await connection.closed();
  expect(closed).toBe(true);
  expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*nothing of the request came for 600 ms/);
});

it("closes an idle connection", async () => {
  const connection = connect(impatient).write(good);
  await connection.responses(1);
  expect((await connection.closed()).closed).toBe(true);
});

it("closes connections past their number", async () => {
  const first = connect(impatient).write(good);
  const second = connect(impatient).write(good);
  await first.responses(1);
  await second.responses(1);
  const third = connect(impatient).write(good);
  expect(await third.closed()).toEqual({ text: "", closed: true });
});

it("outlives connections that break anywhere", async () => {
  const whole = rawRequest([json, "content-length: 12"], '{"name":"a"}');
  for (let cut = 1; cut < whole.length; cut += 3) {
    const connection = new RawConnection(server.port);
    await new Promise((resolve) =>
      connection.write(whole.slice(0, cut)).socket.once("connect", resolve),
    );
    if (cut % 2 === 0) connection.socket.resetAndDestroy();
    else connection.end();
  }
  await stillAnswers(connect(), 0);
});
