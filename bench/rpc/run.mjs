/**
 * `npm run bench:rpc`: our server and client beside other libraries', by the method that bench/README.md describes.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { AbsentError } from "../competitors/install.mjs";
import { loadCore, measuredCore } from "../process.mjs";
import { finish } from "../report.mjs";
import { collectBars, rowsWithBars } from "./bars.mjs";
import { measureClients } from "./clients.mjs";
import { missingProgram, startOwnGenerator } from "./generators.mjs";
import { createRequest } from "./load/requests.mjs";
import { measureScenario } from "./measure.mjs";
import { measureMemory, memoryServers } from "./memory.mjs";
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
  ? { rounds: 3, roundMs: 250, warmUpMs: 250 }
  : { rounds: 5, roundMs: 600, warmUpMs: 600 };
if (options.rounds !== undefined) pace.rounds = Number(options.rounds);
/** Charts have no bar. */
const chartPace = { ...pace, rounds: Math.min(pace.rounds, 3), roundMs: pace.roundMs / 2 };
/** Why a scenario, or a server, is not measured on this machine. */
const reasons = new Map();
/** A quick run of everything measures what has a bar. */
const barsOnly = options.quick && options.only === undefined;
const chosen = chooseScenarios();
const infos = prepareServers();
const present = (name) => infos.some(([other]) => other === name);
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
  const own = scenario.chart === undefined ? pace : chartPace;
  const result = await measureScenario(scenario, { servers, methods, generator, pace: own });
  measured.push(result);
  if (scenario.rate === undefined) printThroughput(result);
  else printLatency(result);
}
for (const server of servers.values()) await server.stop();
const clients = isChosen("clients")
  ? await measureClients(wantedClients, { settings, methods, pace, nodeFlags: options.node })
  : [];
for (const result of clients) printThroughput(result);
const memory = isChosen("memory")
  ? await measureMemory(wantedInMemory(), { settings, generator, methods, pace })
  : [];
printMemory(memory);
await generator.stop();
await redis?.stop();

const bars = collectBars([...measured, ...clients], memory, { isAsked, reasonFor });
for (const [name, reason] of reasons) console.log(`not measured: ${name}: ${reason}`);
console.log(`\nmeasured for ${Math.round((performance.now() - begun) / 1000)} s`);
finish(
  "rpc",
  {
    libraries: infos.map(([, { name, version, options: how }]) => ({
      name,
      version,
      options: how,
    })),
    absent: Object.fromEntries(reasons),
    pace,
    measured,
    clients,
    memory,
    bars,
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

/** Installs, generates and builds every server that is wanted; one that cannot be is left out, with the reason. */
function prepareServers() {
  const list = [];
  for (const name of serverNames.filter(isWanted)) {
    try {
      list.push([name, prepareServer(name)]);
    } catch (error) {
      if (!(error instanceof AbsentError)) throw error;
      reasons.set(name, error.message);
    }
  }
  return list;
}

/** Whether a row of a scenario, or a client of theirs, was to be measured. */
function isAsked(scenario, row) {
  if (scenario.startsWith("client")) return isChosen("clients") && isWanted(row);
  return chosen.some(({ name }) => name === scenario) && isWanted(row);
}

function reasonFor(scenario, row) {
  return reasons.get(row) ?? reasons.get(scenario) ?? "it was not measured";
}

function wantedClients(scenario, name) {
  return present(name) && (!barsOnly || rowsWithBars(scenario).has(name));
}

function wantedInMemory() {
  return memoryServers.filter((name) => present(name) && (!barsOnly || name === "bowline"));
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
    .map((one) => ({ ...one, rows: one.rows.filter((row) => isWantedRow(one.name, row)) }))
    .filter(({ rows }) => rows.length > 0);
}

function isWantedRow(scenario, { label, server }) {
  return isWanted(server) && (!barsOnly || rowsWithBars(scenario).has(label));
}

async function startRedisIfWanted() {
  if (!chosen.some(({ load }) => load.method === "Lookup")) return undefined;
  const missing = missingProgram("redis-server");
  return missing === undefined ? startRedis() : undefined;
}

/** Leaves out, by name, what needs a program that is not there, and rows whose server is not. */
function withoutMissing(list) {
  const programs = new Map();
  const reasonOf = (program) => {
    if (!programs.has(program)) programs.set(program, missingProgram(program));
    return programs.get(program);
  };
  const able = list.filter(({ name, load }) => {
    const needed = load.method === "Lookup" ? "redis-server" : load.tool;
    const reason = needed === "own" ? undefined : reasonOf(needed);
    if (reason !== undefined) reasons.set(name, reason);
    return reason === undefined;
  });
  return able.map((one) => ({ ...one, rows: one.rows.filter(({ server }) => present(server)) }));
}

/** What the bare servers answer. */
function createAnswers() {
  return Object.values(methods)
    .filter(({ streaming, sized }) => !streaming && !sized)
    .map(({ path, request, responses }) => ({
      path,
      contentType: createRequest("connect", path, request).fields[0][1],
      body: Buffer.from(responses[0]).toString("base64"),
    }));
}
