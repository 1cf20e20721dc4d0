/**
 * One path, many mutated inputs, in a process of its own: `node --expose-gc path-run.mjs '{"path": …}'`. Prints one line
 * of JSON: how many were accepted, the slowest, and the heap as it went; with `coverage`, the share of branches taken.
 */
import { Session } from "node:inspector";
import { fileURLToPath } from "node:url";

const options = JSON.parse(process.argv[2]);
// before the code is compiled that is to be counted
const session = options.coverage ? startCoverage() : undefined;

const { createRandom } = await import("./random.mjs");
const { createSubject } = await import("./subject.mjs");
const { namesOf } = await import("./document.mjs");
const { randomMessage } = await import("./values.mjs");
const { accepts, paths, variants } = await import("./paths.mjs");
const { minimise } = await import("./minimise.mjs");

/** Past this an input is taken to hang. */
const tooLongMs = 100;
/** Past this it is timed again. */
const suspectMs = 5;
const memorySamples = 40;
/** Inputs before the heap is looked at: until then V8 still learns what the code sees. */
const warmUp = Math.min(options.count, 50_000);

const path = paths[options.path];
const random = createRandom(options.seed);
const pools = await makePools();
const result = { inputs: 0, accepted: 0, slowestMs: 0, heap: [] };
const finding = run();
if (session !== undefined) result.coverage = takeCoverage(session);
console.log(JSON.stringify({ ...result, finding }));

async function makePools() {
  const all = [];
  for (let i = 0; i < options.schemas; i++) {
    const { types } = await createSubject(random, `p_${options.path}_${options.seed + i}`);
    for (const type of types) {
      if (type.model.fields.length === 0) continue;
      const samples = Array.from({ length: 30 }, () =>
        path.sample(type, randomMessage(random, type.model, 4)),
      );
      all.push({ type, samples, names: namesOf(type.model) });
    }
  }
  return all;
}

function run() {
  const every = Math.floor(options.count / memorySamples);
  for (let n = -warmUp; n < options.count; n++) {
    const { type, samples, names } = random.pick(pools);
    const input = mutated(samples, names);
    const how = random.pick(variants);
    try {
      const found = once(type, input, how);
      if (found !== undefined) return found;
    } catch (error) {
      return describeFault(type, input, how, error);
    }
    if (n >= 0 && n % every === every - 1 && globalThis.gc !== undefined)
      result.heap.push(heapNow());
  }
  return undefined;
}

function mutated(samples, names) {
  let input = random.pick(samples);
  const times = random.pick(path.mutate.length > 3 ? [1, 1, 1, 1, 2] : [1, 1, 1, 2, 3]);
  for (let k = times; k > 0; k--)
    input =
      path.mutate.length > 3
        ? path.mutate(random, input, names, random.pick(samples))
        : path.mutate(random, input, random.pick(samples));
  return input;
}

function once(type, input, how) {
  const start = performance.now();
  const accepted = accepts(options.path, type, input, how);
  let ms = performance.now() - start;
  // a collection, or another process, can take as long: what is slow by itself is slow again
  for (let k = 0; k < 3 && ms > suspectMs; k++) {
    const again = performance.now();
    accepts(options.path, type, input, how);
    ms = Math.min(ms, performance.now() - again);
  }
  if (ms > result.slowestMs) result.slowestMs = ms;
  if (accepted) result.accepted++;
  result.inputs++;
  return ms > tooLongMs ? `${type.typeName} takes ${ms} ms: ${shown(input)}` : undefined;
}

function describeFault(type, input, how, error) {
  const fails = (smaller) => {
    try {
      accepts(options.path, type, smaller, how);
      return false;
    } catch {
      return true;
    }
  };
  return `${type.typeName}, ${JSON.stringify(how)}: ${error.stack}\ncause: ${error.cause?.stack}\n${shown(minimise(input, fails))}`;
}

function shown(input) {
  return typeof input === "string" ? JSON.stringify(input) : Buffer.from(input).toString("hex");
}

function heapNow() {
  // what weak references hold goes with the second collection
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function startCoverage() {
  const started = new Session();
  started.connect();
  started.post("Profiler.enable");
  started.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return started;
}

/** Branches (V8's block ranges) of the path's own code: how many there are, and how many were taken. */
function takeCoverage(started) {
  let scripts = [];
  started.post("Profiler.takePreciseCoverage", (_, taken) => (scripts = taken.result));
  let total = 0;
  let taken = 0;
  const missed = [];
  for (const { url, functions } of scripts) {
    if (!path.files.some((pattern) => pattern.test(url))) continue;
    // of a generated file, its readers
    const counted = url.endsWith(".pb.js")
      ? functions.filter(({ functionName }) => path.functions.test(functionName))
      : functions.slice(1);
    for (const { functionName, ranges } of counted) {
      for (const { count, startOffset, endOffset } of ranges) {
        total++;
        if (count > 0) taken++;
        else if (!url.endsWith(".pb.js"))
          missed.push([fileURLToPath(url), functionName, startOffset, endOffset]);
      }
    }
  }
  return { total, taken, missed };
}
