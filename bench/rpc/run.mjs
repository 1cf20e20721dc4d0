/**
 * `npm run bench:rpc`: our server and client beside other libraries', by the method that bench/README.md describes.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { loadCore, measuredCore } from "../process.mjs";
import { finish, printTable } from "../report.mjs";
import { collectBars, collectLaterBars } from "./bars.mjs";
import { measureClients } from "./clients.mjs";
import { missingProgram, startOwnGenerator } from "./generators.mjs";
import { createRequest } from "./load/requests.mjs";
import { measureScenario } from "./measure.mjs";
import { measureMemory } from "./memory.mjs";
import { createMessages } from "./messages.mjs";
import { startRedis } from "./redis.mjs";
import { groups, scenarios } from "./scenarios.mjs";
import { prepareServer, serverNames, startServer } from "./servers.mjs";
import { printLatency, printMemory, printThroughput } from "./tables.mjs";

const { values: options } = readArguments(
  "npm run bench:rpc [-- OPTION…]\n\nThe options are in bench/README.md.",
  {
    only: { type: "string", multiple: true },
    servers: { type: "string", multiple: true },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    keep: { type: "string" },
    node: { type: "string", multiple: true },
  },
);

const begun = performance.now();
const pace = options.quick
  ? { rounds: 3, roundMs: 500, warmUpMs: 500 }
  : { rounds: 5, roundMs: 1000, warmUpMs: 1000 };
if (options.rounds !== undefined) pace.rounds = Number(options.rounds);
const skipped = [];
const chosen = chooseScenarios();
const infos = serverNames.filter(isWanted).map((name) => [name, prepareServer(name)]);
console.log(
  `${pace.rounds} rounds of ${pace.roundMs} ms after ${pace.warmUpMs} ms of warm-up, interleaved, ` +
    `${measuredCore === undefined ? "not pinned" : `server on core ${measuredCore}, load on core ${loadCore ?? measuredCore}`}, node ${process.version}`,
);
for (const [name, { version, options: how }] of infos) console.log(`  ${name} ${version} (${how})`);
const methods = await createMessages();
const redis = await startRedisIfWanted();
const runnable = withoutMissing(chosen);
const generator = startOwnGenerator();
const settings = { answers: createAnswers(), redis: redis?.port };
const servers = new Map();
for (const name of new Set(runnable.flatMap(({ rows }) => rows.map(({ server }) => server))))
  servers.set(name, await startServer(name, settings, options.node));

const measured = [];
for (const scenario of runnable) {
  const result = await measureScenario(scenario, { servers, methods, generator, pace });
  measured.push(result);
  if (scenario.rate === undefined) printThroughput(result);
  else printLatency(result);
}
for (const server of servers.values()) await server.stop();
const clients = isChosen("clients")
  ? await measureClients(isWanted, { settings, methods, pace, nodeFlags: options.node })
  : [];
for (const result of clients) printThroughput(result);
const memory = isChosen("memory")
  ? await measureMemory(serverNames.filter(isWanted), { settings, generator, methods, pace })
  : [];
printMemory(memory);
await generator.stop();
await redis?.stop();

const bars = collectBars(measured);
const later = collectLaterBars([...measured, ...clients]);
printLater(later);
for (const reason of skipped) console.log(`skipped: ${reason}`);
console.log(`\nmeasured for ${Math.round((performance.now() - begun) / 1000)} s`);
finish(
  "rpc",
  {
    libraries: infos.map(([, { name, version, options: how }]) => ({
      name,
      version,
      options: how,
    })),
    skipped,
    pace,
    measured,
    clients,
    memory,
    bars,
    later,
  },
  { keep: options.keep },
);

function isWanted(name) {
  const list = options.servers?.flatMap((entry) => entry.split(","));
  const unknown = list?.find((entry) => !serverNames.includes(entry));
  if (unknown !== undefined)
    throw new Error(`no server ${unknown}; there are ${serverNames.join(", ")}`);
  return list === undefined || list.includes(name);
}

function isChosen(group) {
  const list = options.only?.flatMap((entry) => entry.split(";"));
  return list === undefined || list.includes(group);
}

/** By group, or by a part of a scenario's name. */
function chooseScenarios() {
  const list = options.only?.flatMap((entry) => entry.split(";"));
  const known = (entry) =>
    groups.includes(entry) || scenarios.some(({ name }) => name.includes(entry));
  const unknown = list?.find((entry) => !known(entry));
  if (unknown !== undefined)
    throw new Error(`nothing is called ${unknown}; there are the groups ${groups.join(", ")}`);
  return scenarios
    .filter(
      ({ name, group }) => list?.some((entry) => entry === group || name.includes(entry)) ?? true,
    )
    .map((one) => ({ ...one, rows: one.rows.filter(({ server }) => isWanted(server)) }))
    .filter(({ rows }) => rows.length > 0);
}

async function startRedisIfWanted() {
  if (!chosen.some(({ load }) => load.method === "Lookup")) return undefined;
  const missing = missingProgram("redis-server");
  return missing === undefined ? startRedis() : undefined;
}

/** Leaves out, by name, what needs a program that is not there. */
function withoutMissing(list) {
  const reasons = new Map();
  const reasonOf = (program) => {
    if (!reasons.has(program)) reasons.set(program, missingProgram(program));
    return reasons.get(program);
  };
  return list.filter(({ name, load }) => {
    const needed = load.method === "Lookup" ? "redis-server" : load.tool;
    const reason = needed === "own" ? undefined : reasonOf(needed);
    if (reason !== undefined) skipped.push(`${name}: ${reason}`);
    return reason === undefined;
  });
}

/** What the bare servers answer. */
function createAnswers() {
  return Object.values(methods)
    .filter(({ streaming }) => !streaming)
    .map(({ path, request, responses }) => ({
      path,
      contentType: createRequest("connect", path, request).fields[0][1],
      body: Buffer.from(responses[0]).toString("base64"),
    }));
}

function printLater(list) {
  if (list.length === 0) return;
  console.log("\ndue when our HTTP/2 engine serves by default");
  printTable(
    ["figure", "ratio", "spread", "bar"],
    list.map(({ name, ratio, min, max, bar, atMost }) => [
      name,
      ratio.toFixed(2),
      `${min.toFixed(2)}–${max.toFixed(2)}`,
      `${atMost ? "≤" : "≥"} ${bar}`,
    ]),
  );
}
