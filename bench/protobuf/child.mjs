/**
 * One library in one process, so that no library's objects reach another's
 * inline caches. The parent asks by lines of JSON on standard input, and each is
 * answered by one line on standard output; `competitors/go-protobuf` answers the
 * same questions.
 */
import { createHash } from "node:crypto";
import { answerRequests } from "../process.mjs";
import { measureAllocation } from "./allocation.mjs";
import { workloads } from "./datasets.mjs";
import { createLoop, operations, operationsOf } from "./operations.mjs";
import { createTouch } from "./touch.mjs";

const state = new Map();
const loops = new Map();
let codecOf;
let schema;

/** What every operation's result is stored to, so that none is optimised away. */
const sink = { value: undefined };

/**
 * `wires` and `jsons`, in base64, are another library's bytes: what a library
 * decodes that cannot make them of the plain values. `binary`: nothing but
 * `decode` and `encode` will be asked for.
 */
function prepareWorkload({ workload: name, wires: given, jsons: givenJsons, binary = false }) {
  const { type, values } = workloads.find((entry) => entry.name === name);
  const codec = withTouch(codecOf(type, name), type, binary);
  if (codec === undefined) return undefined;
  const plains = codec.fromPlain && values();
  const inputs = {
    messages: plains?.map((plain) => codec.fromPlain(plain)),
    wires: given?.map(fromBase64),
    jsons: givenJsons?.map(fromBase64),
  };
  // Copied, because an encoder may hand out a view that its next call reuses.
  const encoded = inputs.messages?.map((message) => Uint8Array.from(codec.encode(message)));
  inputs.wires ??= encoded;
  // Decoded, so that strings have the form in which a decoder or JSON.parse leaves them, not that of a concatenation.
  if (encoded && codec.decode) inputs.messages = encoded.map((wire) => codec.decode(wire));
  inputs.jsons ??= inputs.messages && codec.jsonEncode && jsonsOf(codec, inputs.messages);
  if (codec.parse) inputs.messages = inputs.jsons?.map((json) => codec.parse(json));
  const ops = operationsOf(codec).filter((op) => inputs[operations[op].input] !== undefined);
  state.set(name, { codec, inputs });
  return { ops, bytes: inputs.wires?.[0]?.length, ...digests(codec, inputs, encoded, ops) };
}

function withTouch(codec, type, binary) {
  if (codec === undefined) return undefined;
  const { fromPlain, decode, encode, touch } = codec;
  if (binary) return { fromPlain, decode, encode };
  return touch ? { ...codec, ...createTouch(schema, type, touch) } : codec;
}

function jsonsOf(codec, messages) {
  return messages.map((message) => Uint8Array.from(codec.jsonEncode(message)));
}

/** What has to be the same for all libraries: the bytes that each writes, again after a decode, and after JSON. */
function digests(codec, { messages, wires, jsons }, encoded, ops) {
  const after = (decode, inputs) => digest(inputs.map((input) => codec.encode(decode(input))));
  return {
    digest: encoded && digest(encoded),
    again: codec.reencode && digest(wires.map((wire) => codec.reencode(codec.decode(wire)))),
    fromJson:
      codec.encode && ops.includes("json-decode") ? after(codec.jsonDecode, jsons) : undefined,
    ownJson:
      codec.encode && ops.includes("json-decode") && ops.includes("json-encode")
        ? after(codec.jsonDecode, jsonsOf(codec, messages))
        : undefined,
    touched: codec.touchAll && wires.map((wire) => codec.touchAll(codec.decode(wire))),
    touchedThree: codec.touchThree && wires.map((wire) => codec.touchThree(codec.decode(wire))),
  };
}

/** What this library wrote, for those that need it. */
function exportWorkload({ workload }) {
  const { wires, jsons } = state.get(workload).inputs;
  const texts = (list) => list?.map((bytes) => Buffer.from(bytes).toString("base64"));
  return { wires: texts(wires), jsons: texts(jsons) };
}

function fromBase64(text) {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

function digest(wires) {
  const hash = createHash("sha256");
  for (const wire of wires) hash.update(wire);
  return hash.digest("hex");
}

function runner({ workload, op }) {
  const { codec, inputs } = state.get(workload);
  const items = inputs[operations[op].input];
  if (!loops.has(op)) loops.set(op, createLoop(op));
  const loop = loops.get(op);
  return { run: (count) => loop(codec, items, count, sink), variants: items.length };
}

/**
 * Runs for about `ms` and returns nanoseconds of processor time an operation, of all threads: what another process takes
 * of the core meanwhile does not count.
 */
function measure(request) {
  const { ms } = request;
  const { run, variants } = runner(request);
  let batch = variants;
  let count = 0;
  const used = process.cpuUsage();
  const start = performance.now();
  let now = start;
  while (now - start < ms) {
    const before = now;
    run(batch);
    count += batch;
    now = performance.now();
    if (now - before < ms / 20) batch *= 2;
  }
  const { user, system } = process.cpuUsage(used);
  return ((user + system) * 1e3) / count;
}

async function handle(request) {
  switch (request.do) {
    case "load": {
      const library = await import(request.url);
      schema = request.schema;
      codecOf = await library.load(request.info);
      return true;
    }
    case "prepare":
      return prepareWorkload(request);
    case "export":
      return exportWorkload(request);
    case "measure":
      return measure(request);
    case "allocation":
      return measureAllocation(runner(request).run);
    default:
      throw new Error(`unknown request: ${request.do}`);
  }
}

await answerRequests(handle);
