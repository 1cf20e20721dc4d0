/** curl speaking Connect: its cases, by hand-made requests. */
import { ok, deepStrictEqual as same } from "node:assert";
import { gunzipSync, gzipSync } from "node:zlib";
import { performWithProgram, runProgram } from "./program.mjs";

const path = "/grpc.testing.TestService/";
const json = "application/json";

/** Head and body of curl's output; interim responses are left out. */
function answerOf({ code, bytes, errors }) {
  if (code !== 0 && bytes.length === 0) throw new Error(`curl ended with ${code}: ${errors}`);
  let rest = bytes;
  let lines;
  do {
    const end = rest.indexOf("\r\n\r\n");
    lines = rest.subarray(0, end).toString("latin1").split("\r\n");
    rest = rest.subarray(end + 4);
  } while (lines[0].split(" ")[1].startsWith("1"));
  const [version, status] = lines[0].split(" ");
  const headers = lines
    .slice(1)
    .map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]);
  return {
    code,
    version,
    status: Number(status),
    headers: Object.fromEntries(headers),
    body: rest,
  };
}

/** A message in an envelope. */
function enveloped(text, flags = 0) {
  const body = Buffer.from(text);
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** The flags and the JSON of each envelope. */
function envelopes(body) {
  const found = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    found.push({ flags: body[at], value: JSON.parse(body.subarray(at + 5, end).toString("utf8")) });
    at = end;
  }
  return found;
}

const bodySize = ({ payload }) => Buffer.from(payload.body, "base64").length;
const asking = (...sizes) => ({ responseParameters: sizes.map((size) => ({ size })) });

const cases = {
  async unary_json({ send, http }) {
    const { status, version, headers, body } = await send(
      "UnaryCall",
      json,
      '{"responseSize":1000}',
    );
    same(
      { status, version, type: headers["content-type"] },
      { status: 200, version: `HTTP/${http}`, type: json },
    );
    same(bodySize(JSON.parse(body)), 1_000);
  },

  async unary_proto({ send }) {
    // response_size: 3
    const { status, body } = await send("UnaryCall", "application/proto", Buffer.of(0x10, 3));
    same({ status, body: [...body] }, { status: 200, body: [0x0a, 5, 0x12, 3, 0, 0, 0] });
  },

  async large_unary({ send }) {
    const payload = { body: Buffer.alloc(2_000_000).toString("base64") };
    const { status, body } = await send(
      "UnaryCall",
      json,
      JSON.stringify({ responseSize: 2_000_000, payload }),
    );
    same({ status, size: bodySize(JSON.parse(body)) }, { status: 200, size: 2_000_000 });
  },

  async over_limit({ send }) {
    const { status, body } = await send("UnaryCall", "application/proto", Buffer.alloc(5_000_000));
    same({ status, code: JSON.parse(body).code }, { status: 429, code: "resource_exhausted" });
  },

  async get({ get }) {
    const message = encodeURIComponent('{"responseSize":10}');
    const { status, body } = await get(`connect=v1&encoding=json&message=${message}`);
    same({ status, size: bodySize(JSON.parse(body)) }, { status: 200, size: 10 });
  },

  async error_details({ send }) {
    const request = { responseStatus: { code: 9, message: "wrong state ☺" } };
    const { status, body } = await send("UnaryCall", json, JSON.stringify(request));
    const { code, message, details } = JSON.parse(body);
    same(
      { status, code, message },
      { status: 400, code: "failed_precondition", message: "wrong state ☺" },
    );
    same(
      details.map(({ type }) => type),
      ["google.rpc.ErrorInfo"],
    );
    ok(Buffer.from(details[0].value, "base64").includes("INTEROP"));
  },

  async metadata({ send }) {
    const given = [
      "-H",
      "x-grpc-test-echo-initial: hello",
      "-H",
      "x-grpc-test-echo-trailing-bin: AP8BqwA",
    ];
    const { headers } = await send("UnaryCall", json, "{}", ...given);
    same(headers["x-grpc-test-echo-initial"], "hello");
    same(headers["trailer-x-grpc-test-echo-trailing-bin"], "AP8BqwA");
  },

  async deadline({ send }) {
    const given = ["-H", "connect-timeout-ms: 100", "-H", "x-interop-delay-ms: 20000"];
    const { status, body } = await send("UnaryCall", json, "{}", ...given);
    same({ status, code: JSON.parse(body).code }, { status: 504, code: "deadline_exceeded" });
  },

  async gzip({ send }) {
    const request = gzipSync(JSON.stringify({ responseSize: 100_000 }));
    const given = ["-H", "content-encoding: gzip", "-H", "accept-encoding: gzip"];
    const { headers, body } = await send("UnaryCall", json, request, ...given);
    same(headers["content-encoding"], "gzip");
    same(bodySize(JSON.parse(gunzipSync(body))), 100_000);
  },

  async unimplemented({ send }) {
    const { status, body } = await send("UnimplementedCall", json, "{}");
    same({ status, code: JSON.parse(body).code }, { status: 501, code: "unimplemented" });
  },

  async server_streaming({ send }) {
    const request = enveloped(JSON.stringify(asking(7, 300_000)));
    const { status, body } = await send("StreamingOutputCall", "application/connect+json", request);
    const [first, second, end] = envelopes(body);
    same(status, 200);
    same([bodySize(first.value), bodySize(second.value)], [7, 300_000]);
    same([end.flags, end.value.error], [2, undefined]);
  },

  async server_streaming_error({ send }) {
    const request = { ...asking(7), responseStatus: { code: 5, message: "the end" } };
    const message = enveloped(JSON.stringify(request));
    const { body } = await send("StreamingOutputCall", "application/connect+json", message);
    const { code, message: text } = envelopes(body)[1].value.error;
    same({ code, text }, { code: "not_found", text: "the end" });
  },

  async client_streaming({ send }) {
    const messages = [100, 20_000].map((size) =>
      enveloped(JSON.stringify({ payload: { body: Buffer.alloc(size).toString("base64") } })),
    );
    const { body } = await send(
      "StreamingInputCall",
      "application/connect+json",
      Buffer.concat(messages),
    );
    same(envelopes(body)[0].value, { aggregatedPayloadSize: 20_100 });
  },
};

await performWithProgram((program, { url, ca, http }, name) => {
  const version = { 1.1: "--http1.1", 2: ca ? "--http2" : "--http2-prior-knowledge" }[http];
  const common = ["-sS", "-i", version, ...(ca ? ["--cacert", ca] : [])];
  /** Sends a request: the body is read from stdin. */
  async function send(method, type, body, ...more) {
    const post = ["-X", "POST", "-H", `content-type: ${type}`, "--data-binary", "@-", ...more];
    return answerOf(
      await runProgram(program, [...common, ...post, `${url}${path}${method}`], body),
    );
  }
  async function get(query) {
    return answerOf(
      await runProgram(program, [...common, `${url}${path}CacheableUnaryCall?${query}`]),
    );
  }
  return cases[name]({ send, get, http });
});
