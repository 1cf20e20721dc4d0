/** `node:http2` at one end: plays its part of a plan, and says what it saw. */
import { connect, constants, performServerHandshake } from "node:http2";

/** Node waits for ever behind an empty write that ends a message. */
function write(stream, piece) {
  if (piece.length > 0) stream.write(piece);
}

/** Fields as Node takes them. */
function toNode(fields) {
  const headers = {};
  for (let i = 0; i < fields.length; i += 2) {
    headers[fields[i]] ??= [];
    headers[fields[i]].push(fields[i + 1]);
  }
  return headers;
}

/** A client. `exchange(plan)` resolves with what came, when the stream is closed. */
export function startNodeClient(socket) {
  const session = connect("http://fuzz", { createConnection: () => socket });
  const faults = [];
  session.on("error", (error) => faults.push(`session: ${error.message}`));
  const exchange = (plan) =>
    new Promise((resolve) => {
      const { path, method, request, resets, resetBehind } = plan;
      const waitForTrailers = request.trailers.length > 0;
      const headers = { ":path": path, ":method": method, ...toNode(request.fields) };
      const stream = session.request(headers, { waitForTrailers, endStream: false });
      const seen = { status: 0, fields: [], trailers: [], body: [], isComplete: false, code: 0 };
      stream.on("wantTrailers", () => stream.sendTrailers(toNode(request.trailers)));
      stream.on("response", (_, __, raw) => {
        seen.status = Number(raw[raw.indexOf(":status") + 1]);
        seen.fields = raw;
      });
      stream.on("data", (chunk) => seen.body.push(chunk));
      stream.on("trailers", (_, __, raw) => {
        seen.trailers = raw;
      });
      stream.on("end", () => {
        if (!stream.aborted && stream.rstCode === 0) seen.isComplete = true;
        // Node does not close a stream on which a write was under way when RST_STREAM(NO_ERROR) came.
        if (plan.isEarly && plan.resets === undefined) setImmediate(() => resolve(seen));
      });
      stream.on("error", () => {});
      stream.on("close", () => resolve({ ...seen, code: stream.rstCode }));
      const isReset = resets === "client";
      const pieces = isReset ? request.pieces.slice(0, resetBehind) : request.pieces;
      for (const piece of pieces) write(stream, piece);
      if (isReset) setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
      else stream.end();
    });
  const close = async () => session.destroy();
  return { exchange, close, faults };
}

/** A server. `onRequest(path, seen)` gives the plan, and is told what came when it has come. */
export function startNodeServer(socket, planOf, onRequest) {
  const session = performServerHandshake(socket);
  const faults = [];
  session.on("error", (error) => faults.push(`session: ${error.message}`));
  session.on("stream", (stream, headers, _flags, raw) => {
    const plan = planOf(headers[":path"]);
    const seen = { method: headers[":method"], fields: raw, trailers: [], body: [] };
    stream.on("error", () => {});
    stream.on("data", (chunk) => seen.body.push(chunk));
    stream.on("trailers", (_, __, rawTrailers) => {
      seen.trailers = rawTrailers;
    });
    const answer = () => {
      if (stream.destroyed || stream.closed) return;
      const { response, resets, resetBehind } = plan;
      const isReset = resets === "server";
      const fields = { ":status": response.status, ...toNode(response.fields) };
      stream.on("wantTrailers", () => stream.sendTrailers(toNode(response.trailers)));
      stream.respond(fields, { waitForTrailers: response.trailers.length > 0 });
      const pieces = isReset ? response.pieces.slice(0, resetBehind) : response.pieces;
      for (const piece of pieces) write(stream, piece);
      // Not `close`, which sends END_STREAM first where it can.
      if (isReset) setImmediate(() => stream.destroy(new Error("given up")));
      else stream.end();
    };
    if (plan.isEarly) answer();
    stream.on("end", () => {
      if (stream.aborted || stream.rstCode !== 0) return;
      onRequest(plan, seen);
      if (!plan.isEarly) answer();
    });
  });
  return { faults };
}
