/**
 * `npm run faults:rpc`: random resets, half-closes, cut bodies and garbage frames against our server and our client,
 * over HTTP/1.1 and HTTP/2, and fewer of them over the other engine of HTTP/2. Afterwards nothing may have escaped a
 * call, nothing may be left open, memory is flat, and a fresh call succeeds. Prints what it did, and closes with
 * `N passed, N failed`.
 */
import { fork, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createChannel, serve } from "@bowline/node";
import { createClient } from "@bowline/rpc";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { closingLine, runNode } from "../../scripts/driver/steps.mjs";
import { wantedEngine, watchEngine } from "../engine.mjs";
import { collectedMemory, judgeMemory, steadyFlags } from "../flat-memory.mjs";
import { createRandom } from "../protobuf-fuzz/random.mjs";
import { attackClient, createFaultyServer } from "./attack-client.mjs";
import { attackServer } from "./attack-server.mjs";
import { FaultService, faultService } from "./service.mjs";

let isBrief = false;

if (global.gc === undefined) {
  const child = spawn(
    process.execPath,
    [...steadyFlags, fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  process.exitCode = await new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
} else {
  await main();
}

async function main() {
  const { values: options } = readArguments(
    `npm run faults:rpc [-- --seed N --count N --only PART]

  --seed N      start from this seed; the default is always the same one
  --count N     how many faults a part (default 100000 against the server, 50000 a client)
  --only PART   server, client-http1, client-http2, or other-engine: the two that speak HTTP/2, a fifth of each, over
                the engine that BOWLINE_HTTP2 does not choose
  --brief       does not judge memory, which takes a long run`,
    {
      seed: { type: "string" },
      count: { type: "string" },
      only: { type: "string" },
      brief: { type: "boolean" },
    },
  );
  isBrief = options.brief === true;
  const seed = Number(options.seed ?? 20_261_121);
  console.log(`node ${process.version}, seed ${seed}`);
  const parts = {
    server: () => faultsAgainstServer(seed, Number(options.count ?? 100_000)),
    "client-http1": () => faultsAgainstClient(seed, Number(options.count ?? 50_000), "1.1"),
    "client-http2": () => faultsAgainstClient(seed, Number(options.count ?? 50_000), "2"),
  };
  if (options.only === undefined || options.only === "other-engine")
    parts["other-engine"] = () => overOtherEngine(seed);
  let passed = 0;
  let failed = 0;
  for (const [name, run] of Object.entries(parts)) {
    if (options.only !== undefined && options.only !== name) continue;
    const start = performance.now();
    try {
      await run();
      passed++;
      console.log(`✓ ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      console.log(`✗ ${name}\n${error.stack}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

/**
 * The parts that speak HTTP/2 again, in a process each, whose HTTP/2 is that of the other engine. Its memory is shown and
 * not judged, which takes a run of many more faults: `BOWLINE_HTTP2` gives that engine one.
 */
async function overOtherEngine(seed) {
  process.env.BOWLINE_HTTP2 = wantedEngine === "node:http2" ? "bowline" : "node";
  for (const [part, count] of [
    ["server", 25_000],
    ["client-http2", 12_500],
  ]) {
    const args = ["--seed", `${seed}`, "--only", part, "--count", `${count}`, "--brief"];
    const file = fileURLToPath(import.meta.url);
    const { output } = await runNode(file, args, { show: true, accept: [0, 1] });
    const counts = closingLine(output);
    if (counts?.passed !== 1 || counts.failed !== 0) throw new Error(`${part} failed, see above`);
  }
}

/** Says which engine HTTP/2 ran on, and that it is the one. */
function checkEngine(engine) {
  console.log(`  HTTP/2 on ${engine}`);
  if (engine !== wantedEngine) throw new Error(`it should have been ${wantedEngine}`);
}

async function faultsAgainstServer(seed, count) {
  const child = fork(fileURLToPath(new URL("./server-child.mjs", import.meta.url)), {
    execArgv: steadyFlags,
  });
  let exited;
  child.on("exit", (code, signal) => {
    exited = `the server's process ended: ${code ?? signal}`;
  });
  const { port } = await answer(child);
  const counts = new Map();
  const memory = [];
  await attackServer({
    port,
    count,
    random: createRandom(seed),
    tally: (name) => counts.set(name, (counts.get(name) ?? 0) + 1),
    sample: async () => {
      if (exited !== undefined) throw new Error(exited);
      // What is under way moves memory more than a leak would: it is measured when all connections are closed.
      const idle = await until(
        async () => {
          const state = await ask(child);
          return state.connections === 0 ? state : undefined;
        },
        () => ask(child),
      );
      memory.push(idle.memory);
    },
  });
  const left = await until(
    async () => {
      const state = await ask(child);
      return state.connections === 0 && state.streams === 0 ? state : undefined;
    },
    () => ask(child),
  );
  await ask(child, "watch");
  for (const [protocol, httpVersion] of [
    ["connect", "1.1"],
    ["grpc", "2"],
  ])
    await freshCall(port, { protocol, httpVersion });
  const { engine } = await ask(child);
  child.disconnect();
  checkEngine(engine);
  report(counts, count);
  checkMemory(memory);
  if (left.escaped > 0) throw new Error(`${left.escaped} errors escaped their calls`);
}

async function faultsAgainstClient(seed, count, httpVersion) {
  const escaped = [];
  const note = (error) => escaped.push(error);
  process.on("unhandledRejection", note).on("uncaughtException", note);
  const random = createRandom(seed);
  const counts = new Map();
  const memory = [];
  const tally = (name) => counts.set(name, (counts.get(name) ?? 0) + 1);
  let faults = 0;
  const faulty = await createFaultyServer(random, (name) => {
    faults++;
    tally(name);
  });
  await attackClient({
    port: faulty.port,
    count,
    random,
    tally,
    faults: () => faults,
    httpVersion,
    sample: async () => {
      memory.push(await collectedMemory());
    },
  });
  faulty.close();
  process.off("unhandledRejection", note).off("uncaughtException", note);
  const watch = watchEngine();
  const server = await serve({ port: 0, services: [faultService], signals: false });
  await freshCall(server.port, { protocol: httpVersion === "2" ? "grpc" : "connect", httpVersion });
  await server.stop();
  if (httpVersion === "2") checkEngine(watch.engine());
  report(counts, count);
  checkMemory(memory);
  if (escaped.length > 0)
    throw new Error(`${escaped.length} errors escaped; the first: ${escaped[0]?.stack}`);
}

async function freshCall(port, options) {
  const channel = createChannel(`http://127.0.0.1:${port}`, options);
  try {
    const client = createClient(FaultService, channel);
    const { name } = await client.echo({ name: "fresh" }, { timeoutMs: 5_000 });
    if (name !== "fresh") throw new Error(`a fresh call was answered with ${name}`);
  } finally {
    await channel.close();
  }
}

/** Asks the server's process for what it holds. */
function ask(child, what = "describe") {
  child.send(what);
  return answer(child);
}

function answer(child) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the server's process ended: ${code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message);
    });
  });
}

/** Waits up to 30 s for a state; past it the last one is the error. */
async function until(look, last) {
  const limit = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > limit) throw new Error(`something is left: ${JSON.stringify(await last())}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Prints the counts; every kind of fault has to have happened often enough to mean something. */
function report(counts, total) {
  const least = Math.min(1_000, total / (isBrief ? 125 : 100));
  for (const [name, times] of [...counts].sort())
    console.log(`  ${String(times).padStart(7)}  ${name}`);
  for (const [name, times] of counts) {
    if (!name.startsWith("call:") && times < least)
      throw new Error(`${name} happened ${times} times only`);
  }
}

function checkMemory(samples) {
  const { text, isFlat } = judgeMemory(samples);
  console.log(`  ${text}`);
  if (!isFlat && !isBrief) throw new Error(`memory is not flat: ${text}`);
}
