/**
 * `npm run interop`: our server with clients of other makes, and our client with their servers. Exits with 77 where no
 * peer can be had on this machine.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { build } from "../../scripts/driver/build.mjs";
import { AbsentPeerError, buildDescriptors } from "./install.mjs";
import { runLeg } from "./leg.mjs";
import { peers } from "./peers.mjs";

const names = peers.map(({ name }) => name);
const usage = `npm run interop [-- --all --peer NAME… --engine ENGINE --write]

Starts real peers against our server, and our client against real peers; CI runs every peer over our own HTTP/2 engine.

  --all            over both HTTP/2 engines: ours and Node's
  --peer NAME      only this one, may be repeated: ${names.join(", ")}
  --engine ENGINE  bowline or node
  --write          with --all: writes the table of docs/interop.md anew`;
const { values: options } = readArguments(usage, {
  all: { type: "boolean" },
  peer: { type: "string", multiple: true },
  engine: { type: "string" },
  write: { type: "boolean" },
});

const engines = options.engine ? [options.engine] : options.all ? ["bowline", "node"] : ["bowline"];
const wanted = peers.filter(({ name }) => options.peer?.includes(name) ?? true);
const stranger = options.peer?.find((name) => !names.includes(name));
if (stranger !== undefined || !["bowline", "node", undefined].includes(options.engine)) {
  console.error(`--peer is one of ${names.join(", ")}; --engine is bowline or node`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
await build();
await buildDescriptors();
for (const engine of engines) {
  for (const peer of wanted) {
    for (const leg of peer.legs) {
      const since = performance.now();
      const { total: count, passed, failures } = await runLeg(leg, engine);
      const seconds = ((performance.now() - since) / 1_000).toFixed(1);
      for (const line of failures) console.log(line);
      console.log(`${peer.name} ${peer.version()}, ${leg.name}, ${engine}: ${passed} of ${count} (${seconds} s)`);
      total.passed += passed;
      total.failed += failures.length === 0 ? 0 : Math.max(1, count - passed);
    }
  }
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
