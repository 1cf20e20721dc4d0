import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { Compression } from "../compression/compression.js";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { fakeServer } from "../fixtures/fake-server-stream.js";
import { reversing } from "../fixtures/reversing-compression.js";
import { implement } from "../server/implement.js";
import { formatGetQuery } from "./get-query.js";

const call = fakeServer(
  [implement(EchoService, { lookUp: (request) => request, echo: (request) => request })],
  { compression: { algorithms: [reversing as Compression] } },
);
const path = "/test.v1.EchoService/LookUp";
const get = (query: string, headers = {}) =>
  call({ method: "GET", target: path + query, headers, body: "" }).answer;

it("answers a GET for a method without side effects, in both codecs", async () => {
  const message = Method.encode({ name: "a" });
  const binary = await get(formatGetQuery({ codec: "proto", message }));
  expect(binary.status).toBe(200);
  expect(binary.headers.get("content-type")).toBe("application/proto");
  expect(Method.decode(binary.body).name).toBe("a");
  const json = await get("?connect=v1&encoding=json&message=%7B%22name%22%3A%22ü%22%7D");
  expect([json.headers.get("content-type"), json.text]).toEqual([
    "application/json",
    '{"name":"ü"}',
  ]);
});

it("says that the answer depends on what the caller accepts, for caches", async () => {
  const answer = await get("?encoding=json&message=%7B%7D");
  expect(answer.headers.get("vary")).toBe("Accept-Encoding");
});

it("decompresses a message in the query, within the limit", async () => {
  const message = Method.encode({ name: "a" }).reverse();
  const answer = await get(formatGetQuery({ codec: "proto", message, compression: "reversing" }));
  expect(Method.decode(answer.body).name).toBe("a");
  const large = Method.encode({ name: "x".repeat(1022) });
  expect((await get(formatGetQuery({ codec: "proto", message: large }))).status).toBe(429);
});

it.each([
  ["", 400],
  ["?encoding=json", 400],
  ["?message=%7B%7D", 400],
  ["?encoding=json&message=%7B", 400],
  ["?encoding=proto&base64=1&message=!!", 400],
  ["?encoding=xml&message=1", 501],
  ["?encoding=json&message=%7B%7D&compression=lzma", 501],
  ["?connect=v2&encoding=json&message=%7B%7D", 400],
] as const)("refuses the query %j with %i", async (query, status) => {
  expect((await get(query)).status).toBe(status);
});

it("refuses GET for a method that may have side effects", async () => {
  const answer = await call({
    method: "GET",
    target: "/test.v1.EchoService/Echo?encoding=json&message={}",
  }).answer;
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  const other = await call({ method: "PUT", target: path }).answer;
  expect([other.status, other.headers.get("allow")]).toEqual([405, "GET, POST"]);
});

it("requires the version where that is asked for", async () => {
  const strict = fakeServer([implement(EchoService, { lookUp: (request) => request })], {
    requireConnectProtocolVersion: true,
  });
  const send = (query: string) => strict({ method: "GET", target: path + query, body: "" }).answer;
  expect((await send("?encoding=json&message=%7B%7D")).status).toBe(400);
  expect((await send("?connect=v1&encoding=json&message=%7B%7D")).status).toBe(200);
  const post = (headers: Record<string, string>) =>
    strict({
      target: path,
      headers: { "content-type": "application/json", ...headers },
      body: "{}",
    }).answer;
  expect((await post({})).status).toBe(400);
  expect((await post({ "connect-protocol-version": "1" })).status).toBe(200);
});

it("does not take real gzip for one that it does not have", async () => {
  const message = gzipSync(Method.encode({ name: "a" }));
  const answer = await get(formatGetQuery({ codec: "proto", message, compression: "gzip" }));
  expect(answer.status).toBe(501);
  expect(answer.text).toContain("accepted: reversing, identity");
});
