/**
 * One library in one process, so that no library's objects reach another's
 * inline caches. The parent says what to do over IPC and gets a number back.
 */
import { createHash } from "node:crypto";
import { workloads } from "./datasets.mjs";

const state = new Map();
let codecOf;

/** What every operation's result is stored to, so that none is optimised away. */
export let sink;

function prepareWorkload(name) {
  const { type, values } = workloads.find((entry) => entry.name === name);
  const codec = codecOf(type, name);
  if (codec === undefined) return undefined;
  const messages = values().map((plain) => codec.fromPlain(plain));
  // Copied, because an encoder may hand out a view that its next call reuses.
  const wires = messages.map((message) => Uint8Array.from(codec.encode(message)));
  const again = wires.map((wire) => Uint8Array.from(codec.encode(codec.decode(wire))));
  state.set(name, { codec, messages, wires });
  return { digest: digest(wires), again: digest(again), bytes: wires[0].length };
}

function digest(wires) {
  const hash = createHash("sha256");
  for (const wire of wires) hash.update(wire);
  return hash.digest("hex");
}

function decodeMany(codec, wires, count) {
  for (let i = 0, k = 0; i < count; i++) {
    sink = codec.decode(wires[k]);
    if (++k === wires.length) k = 0;
  }
}

function encodeMany(codec, messages, count) {
  for (let i = 0, k = 0; i < count; i++) {
    sink = codec.encode(messages[k]);
    if (++k === messages.length) k = 0;
  }
}

/** Runs for about `ms` and returns nanoseconds an operation. */
function measure(name, op, ms) {
  const { codec, messages, wires } = state.get(name);
  const many = op === "decode" ? decodeMany : encodeMany;
  const items = op === "decode" ? wires : messages;
  let batch = items.length;
  let count = 0;
  const start = performance.now();
  let now = start;
  while (now - start < ms) {
    const before = now;
    many(codec, items, batch);
    count += batch;
    now = performance.now();
    if (now - before < ms / 20) batch *= 2;
  }
  return ((now - start) * 1e6) / count;
}

async function handle(request) {
  switch (request.do) {
    case "load": {
      const library = await import(request.url);
      codecOf = await library.load(request.info);
      return true;
    }
    case "prepare":
      return prepareWorkload(request.workload);
    case "measure":
      return measure(request.workload, request.op, request.ms);
    default:
      throw new Error(`unknown request: ${request.do}`);
  }
}

process.on("message", (request) => {
  handle(request).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error?.stack ?? String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
