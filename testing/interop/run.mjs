/**
 * `npm run interop`: our server with clients of other makes, and our client with their servers, in real processes. Exits
 * with 77 where a peer cannot be had on this machine.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { build } from "../../scripts/driver/build.mjs";
import { AbsentPeerError, buildDescriptors } from "./install.mjs";
import { casesOf, enginesOf } from "./judge.mjs";
import { runLeg } from "./leg.mjs";
import { peers } from "./peers.mjs";
import { differences, readTable, writeTable } from "./table.mjs";

const names = peers.map(({ name }) => name);
const usage = `npm run interop [-- --all --peer NAME… --engine ENGINE --write]

Starts real peers against our server, and our client against real peers. CI runs every peer, over our own HTTP/2 engine.

  --all            everything: over our HTTP/2 engine, and over Node's
  --peer NAME      only this one, may be repeated: ${names.join(", ")}
  --engine ENGINE  over bowline or node only
  --write          with --all: writes the table of docs/interop.md anew`;
const { values: options } = readArguments(usage, {
  all: { type: "boolean" },
  peer: { type: "string", multiple: true },
  engine: { type: "string" },
  write: { type: "boolean" },
});

const rows = [];
const absent = [];
const total = { passed: 0, failed: 0 };
process.exitCode = await main();

async function main() {
  const mistake = mistakeIn(options);
  if (mistake !== undefined) {
    console.error(mistake);
    return 2;
  }
  await build();
  await buildDescriptors();
  const chosen = options.peer ?? names;
  const engines = options.engine
    ? [options.engine]
    : options.all
      ? ["bowline", "node"]
      : ["bowline"];
  for (const peer of peers) if (chosen.includes(peer.name)) await runPeer(peer, engines);
  checkTable(chosen.length === peers.length && engines.length === 2 && absent.length === 0);
  for (const line of absent) console.log(`absent: ${line}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) return 1;
  if (absent.length === 0) return 0;
  console.log(absent.join("; "));
  return 77;
}

function mistakeIn({ peer = [], engine, all, write }) {
  const stranger = peer.find((name) => !names.includes(name));
  if (stranger !== undefined) return `there is no peer ${stranger}; there are ${names.join(", ")}`;
  if (![undefined, "bowline", "node"].includes(engine)) return "--engine is bowline or node";
  if (write && (!all || engine || peer.length > 0)) return "--write goes with --all alone";
  return undefined;
}

async function runPeer(peer, engines) {
  for (const leg of peer.legs) {
    const done = new Set();
    for (const engine of engines.filter((each) => !leg.ownEngine || each === "bowline")) {
      // What has nothing to do with HTTP/2 is the same over both.
      const carriers = enginesOf(leg, engine) || "fetch";
      if (done.has(carriers)) continue;
      done.add(carriers);
      try {
        await perform(peer, leg, engine, carriers);
      } catch (error) {
        if (!(error instanceof AbsentPeerError)) throw error;
        absent.push(`${peer.name}: ${error.message.trim().split("\n").at(-1)}`);
        console.log(error.message);
      }
    }
  }
}

async function perform(peer, leg, engine, engineNames) {
  const since = performance.now();
  const { passed, failures } = await runLeg(leg, engine);
  const cases = leg.runs.flatMap(casesOf).length;
  const seconds = ((performance.now() - since) / 1_000).toFixed(1);
  const version = peer.version();
  for (const line of failures) console.log(line);
  const what = `${peer.name} ${version}: ${leg.name}, over ${engineNames}`;
  console.log(`${what}: ${passed} of ${cases} (${seconds} s)`);
  total.passed += passed;
  if (failures.length > 0) total.failed += Math.max(1, cases - passed);
  const ways = leg.runs.map(({ way }) => way).join("; ");
  const { name: direction } = leg;
  const ofSystem = peer.ofSystem ?? false;
  rows.push({
    peer: peer.name,
    version,
    ofSystem,
    direction,
    ways,
    engines: engineNames,
    cases,
    passed,
  });
}

/** Holds the page against what ran, or writes it. */
function checkTable(isWhole) {
  if (options.write && total.failed === 0 && isWhole) writeTable(rows);
  const found = differences(rows, readTable(), isWhole);
  for (const line of found) console.log(`✗ ${line}`);
  if (found.length === 0) total.passed += 1;
  else total.failed += found.length;
}
