/** One request before anything is measured: the answer has to be the right one, byte by byte. */
import { once } from "node:events";
import { request as requestHttp1 } from "node:http";
import { connect, constants } from "node:http2";
import { createRequest, envelope } from "./load/requests.mjs";

/**
 * Asks a server once. Resolves to the length of the response's body.
 * @throws Error for an answer that is not the expected one.
 */
export async function probe(port, { http, tls, protocol, method }) {
  const request = createRequest(protocol, method.path, method.request, method);
  const answer = http === "2" ? await askHttp2(port, tls, request) : await askHttp1(port, request);
  const problem = findProblem(answer, protocol, method);
  if (problem === undefined) return answer.body.length;
  const { status, headers, trailers, body } = answer;
  const seen = JSON.stringify({ status, headers, trailers, body: body.latin1Slice(0, 200) });
  throw new Error(`${method.path} over ${protocol}, HTTP/${http}: ${problem}: ${seen}`);
}

function findProblem({ status, headers, trailers, body }, protocol, { responses, streaming }) {
  if (status !== 200) return "wrong status";
  const enveloped = protocol !== "connect" || streaming;
  const expected = Buffer.concat(enveloped ? responses.map((each) => envelope(each)) : responses);
  if (!body.subarray(0, expected.length).equals(expected)) return "wrong body";
  const rest = body.subarray(expected.length);
  if (protocol === "grpc-web") return hasEnd(rest, 0x80, /grpc-status: ?0/i);
  if (protocol === "connect" && streaming) return hasEnd(rest, 2, /^\{(?!.*"error")/);
  if (rest.length > 0) return "too long a body";
  if (protocol === "grpc" && (trailers["grpc-status"] ?? headers["grpc-status"]) !== "0")
    return "wrong gRPC status";
  return undefined;
}

function hasEnd(bytes, flag, form) {
  if (bytes[0] !== flag || bytes.readUInt32BE(1) !== bytes.length - 5) return "wrong end";
  return form.test(bytes.latin1Slice(5)) ? undefined : "an error in the end";
}

async function askHttp1(port, { path, fields, body }) {
  const headers = { ...Object.fromEntries(fields), "content-length": body.length };
  const request = requestHttp1({ port, host: "127.0.0.1", path, method: "POST", headers });
  request.end(body);
  const [response] = await once(request, "response");
  const received = await collect(response);
  return {
    status: response.statusCode,
    headers: response.headers,
    trailers: response.trailers,
    body: received,
  };
}

async function askHttp2(port, tls, { path, fields, body }) {
  const authority = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
  const session = connect(authority, tls ? { rejectUnauthorized: false } : {});
  const headers = { ":method": "POST", ":path": path, ...Object.fromEntries(fields) };
  const stream = session.request(headers);
  stream.end(body);
  let trailers = {};
  stream.on("trailers", (fields) => {
    trailers = fields;
  });
  const [answered] = await once(stream, "response");
  const received = await collect(stream);
  session.close();
  const { [constants.HTTP2_HEADER_STATUS]: status, ...rest } = answered;
  return { status, headers: rest, trailers, body: received };
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
