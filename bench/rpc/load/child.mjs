/**
 * The load generator: `open` connects and warms up, `run` asks as fast as answers come, or at a fixed rate,
 * `close` disconnects.
 */
import { answerRequests } from "../../process.mjs";
import { Http1Connection } from "./http1.mjs";
import { Http2Connection } from "./http2.mjs";

const waveConnections = 128;

let connections = [];
/** What is done with an answer at the moment. */
let answered = () => {};
let failed;

async function open({ http, tls, port, count, streams, request, changing, expected }) {
  failed = undefined;
  const Connection = http === "2" ? Http2Connection : Http1Connection;
  const target = { port, tls, streams, changing, expected, request: fromJson(request) };
  const done = (connection, stamp, problem) => {
    if (problem !== undefined) failed ??= new Error(problem);
    answered(connection, stamp);
  };
  const broken = (error) => {
    failed ??= error;
  };
  // In waves: no more at a time than a listener's backlog holds.
  while (connections.length < count) {
    const length = Math.min(waveConnections, count - connections.length);
    const wave = Array.from({ length }, () => new Connection(target, done, broken));
    connections.push(...wave);
    await Promise.race([Promise.all(wave.map(({ ready }) => ready)), timeout()]);
  }
}

const fromJson = (request) => ({ ...request, body: Buffer.from(request.body, "base64") });

function timeout() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(failed ?? new Error("no connection within 10 s")), 10_000).unref();
  });
}

function close() {
  for (const connection of connections) connection.close();
  connections = [];
}

/** As many requests as are answered within `ms`, every stream of every connection busy. */
async function runClosed(ms) {
  let requests = 0;
  let open = true;
  const started = performance.now();
  answered = (connection) => {
    requests++;
    if (open) connection.send(0);
  };
  for (const connection of connections) while (connection.capacity > 0) connection.send(0);
  await elapse(ms);
  open = false;
  const took = performance.now() - started;
  const inTime = requests;
  await settle();
  return { requests, inTime, ms: took };
}

/**
 * Requests at a fixed rate, however fast they are answered. A latency counts from the moment when its request was due,
 * so that a server that stalls is not spared the requests that it kept from being sent.
 */
async function runPaced(ms, rate) {
  const due = Math.floor((ms / 1000) * rate);
  const latencies = new Float64Array(due);
  let finished = 0;
  let sent = 0;
  let turn = 0;
  const started = performance.now();
  const dueAt = (n) => started + (n / rate) * 1000;
  answered = (_connection, stamp) => {
    latencies[finished++] = performance.now() - stamp;
  };
  const free = () => {
    for (let i = 0; i < connections.length; i++) {
      const connection = connections[turn++ % connections.length];
      if (connection.capacity > 0) return connection;
    }
    return undefined;
  };
  await until(() => {
    const now = performance.now();
    while (sent < due && dueAt(sent) <= now) {
      const connection = free();
      if (connection === undefined) break;
      connection.send(dueAt(sent++));
    }
    return finished === due || now > dueAt(due) + ms;
  });
  await settle();
  return {
    requests: finished,
    due,
    ms: performance.now() - started,
    ...percentiles(latencies.subarray(0, finished)),
  };
}

function percentiles(latencies) {
  const sorted = latencies.sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: sorted.at(-1) };
}

/** Looks at a condition in every turn of the event loop. */
function until(condition) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (failed !== undefined) reject(failed);
      else if (condition()) resolve();
      else setImmediate(look);
    };
    look();
  });
}

/** Waits without a look at anything, so that the loop sleeps where there is nothing to do. */
function elapse(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until nothing is under way. */
async function settle() {
  const ended = performance.now();
  while (failed === undefined && capacity() !== full && performance.now() - ended < 30_000)
    await elapse(1);
  if (failed !== undefined) throw failed;
  if (capacity() !== full) throw new Error("requests were not answered within 30 s");
}

function capacity() {
  return connections.reduce((sum, one) => sum + one.capacity, 0);
}

/** The capacity of all connections when nothing is under way. */
let full = 0;

async function handle(request) {
  switch (request.do) {
    case "open":
      await open(request);
      full = capacity();
      return runClosed(request.warmUpMs);
    case "run":
      return request.rate === undefined
        ? runClosed(request.ms)
        : runPaced(request.ms, request.rate);
    case "close":
      return close();
    default:
      throw new Error(`unknown request: ${request.do}`);
  }
}

await answerRequests(handle);
process.exit();
