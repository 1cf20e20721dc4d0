/** Our engine at one end, as `@bowline/node` binds it. */
import { EngineConnection } from "../../packages/node/dist/http2/engine-client.js";
import { EngineServer } from "../../packages/node/dist/http2/engine-server.js";
import { transportLimits } from "../../packages/node/dist/server-limits.js";
import { defaultLimits } from "../../packages/node/dist/transport.js";

const withoutKeepalive = {
  keepaliveMs: 0,
  keepaliveTimeoutMs: 10_000,
  keepaliveWhenIdle: false,
  ageMs: 0,
  drainTimeoutMs: 0,
};

const fieldsOf = (metadata) => [...metadata].flat();

/** A server. `planOf(target)` gives the plan; `onRequest` is told what came when it has come. */
export function startBowlineServer(socket, planOf, onRequest) {
  const faults = [];
  const accept = (stream) => {
    const plan = planOf(stream.target);
    const seen = { method: stream.method, fields: fieldsOf(stream.headers), body: [] };
    let answering;
    const answer = () => {
      answering = writer(stream, plan);
      answering();
    };
    if (plan.isEarly) answer();
    return {
      data(bytes, start, end) {
        seen.body.push(bytes.subarray(start, end));
      },
      end() {
        onRequest(plan, seen);
        if (!plan.isEarly) answer();
      },
      interrupted(failure) {
        if (failure.kind === "malformed" && plan.resets !== "client")
          faults.push(`${plan.path}: ${failure.message}`);
      },
      drained: () => answering?.(),
    };
  };
  const server = new EngineServer(accept, transportLimits({}));
  server.take(socket);
  return { faults, streams: () => server.streams, close: () => server.close() };
}

/** Writes a response; to be called again when there is room. */
function writer(stream, { index, response, resets, resetBehind }) {
  const isReset = resets === "server";
  const pieces = isReset ? response.pieces.slice(0, resetBehind) : response.pieces;
  let next = 0;
  let hasBegun = false;
  let isOver = false;
  return () => {
    if (isOver) return;
    if (!isReset && !hasBegun && index % 2 === 0) {
      for (const piece of pieces) stream.body.append(piece);
      stream.respond(response.status, response.fields, response.trailers);
      isOver = true;
      return;
    }
    if (!hasBegun) stream.start(response.status, response.fields);
    hasBegun = true;
    while (next < pieces.length) {
      stream.body.append(pieces[next++]);
      if (!stream.flush()) return;
    }
    isOver = true;
    if (isReset) setImmediate(() => stream.reset());
    else stream.end(response.trailers);
  };
}

/** A client. `exchange(plan)` resolves with what came, when the stream is over. */
export function startBowlineClient(socket) {
  const faults = [];
  let announce;
  const ready = new Promise((resolve) => {
    announce = resolve;
  });
  const settings = {
    ...defaultLimits,
    authority: "fuzz",
    scheme: "http",
    life: { current: withoutKeepalive },
  };
  let isClosing = false;
  const connection = new EngineConnection(socket, settings, {
    ready: announce,
    failed: (failure) => faults.push(failure.message),
    room() {},
    over: () => isClosing || faults.push("the connection ended"),
  });
  const exchange = async (plan) => {
    await ready;
    return new Promise((resolve) => {
      const { method, path, request, resets, resetBehind } = plan;
      const seen = { status: 0, fields: [], trailers: [], body: [], isComplete: false, kind: "" };
      let next = 0;
      let isOver = false;
      const isReset = resets === "client";
      const pieces = isReset ? request.pieces.slice(0, resetBehind) : request.pieces;
      const write = () => {
        while (!isOver && next < pieces.length) {
          stream.body.append(pieces[next++]);
          if (!stream.flush()) return;
        }
        if (isOver) return;
        isOver = true;
        if (!isReset) return stream.end();
        setImmediate(() => {
          stream.reset();
          resolve(seen);
        });
      };
      const head = { method, path, headers: request.fields, requiresHttp2: true };
      const stream = connection.open(head, {
        head(status, metadata) {
          seen.status = status;
          seen.fields = fieldsOf(metadata);
        },
        data(bytes, start, end) {
          seen.body.push(bytes.subarray(start, end));
        },
        end(trailers) {
          seen.trailers = fieldsOf(trailers);
          seen.isComplete = true;
          isOver = true;
          resolve(seen);
        },
        interrupted(failure) {
          isOver = true;
          resolve({ ...seen, kind: failure.kind });
        },
        drained: write,
      });
      stream.start();
      write();
    });
  };
  const close = async () => {
    isClosing = true;
    connection.close();
  };
  return { exchange, close, faults, streams: () => connection.describe().openStreams };
}
