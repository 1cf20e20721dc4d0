/**
 * `npm run fuzz:protobuf`: random schemas, values and inputs through our codecs and those of `@bufbuild/protobuf` and
 * protobufjs. Prints what it did, and closes with `N passed, N failed`.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../../bench/competitors/install.mjs";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { compareBytes, compareExtensions, compareValues } from "./binary.mjs";
import { undocumented } from "./differences.mjs";
import { compareFormat } from "./document.mjs";
import { json } from "./json.mjs";
import { pathNames, runPath } from "./million.mjs";
import { version as esVersion } from "./protobuf-es.mjs";
import { version as jsVersion } from "./protobufjs.mjs";
import { createRandom } from "./random.mjs";
import { createTally, Finding } from "./report.mjs";
import { createSubject } from "./subject.mjs";
import { text } from "./text.mjs";

const usage = `npm run fuzz:protobuf [-- --seed N --schemas N --long]

  --seed N      start from this seed; the default is always the same one
  --schemas N   how many random schemas
  --only PART   binary, json, text, heap (what values take of it beside the estimate), or
                paths (many inputs through each of our decoders)
  --path PATH   of the paths only this one; may be repeated
  --million     a million inputs a path
  --long        some minutes, from a seed of its own, which is printed`;
const { values: options } = readArguments(usage, {
  seed: { type: "string" },
  schemas: { type: "string" },
  only: { type: "string" },
  long: { type: "boolean" },
  million: { type: "boolean" },
  path: { type: "string", multiple: true },
});

const seed = Number(options.seed ?? (options.long ? Date.now() % 1_000_000_000 : 20_261_121));
const schemas = Number(options.schemas ?? (options.long ? 1500 : 40));
let passed = 0;
let failed = 0;

rmSync(join(root, ".cache", "fuzz", "schemas"), { recursive: true, force: true });
console.log(`node ${process.version}, @bufbuild/protobuf ${esVersion}, protobufjs ${jsVersion}`);
console.log(`seed ${seed}, ${schemas} random schemas`);
await part("every difference has its row in docs/reference/differences.md", () => {
  const names = undocumented();
  if (names.length > 0) throw new Finding(`only in one of the two: ${names.join(", ")}`);
});
await part("binary", () => overSchemas(fuzzBinary));
for (const format of [json, text]) {
  await part(format.name, () =>
    overSchemas((random, type, tally) => compareFormat(random, type, tally, format)),
  );
}
await part("heap", () => {
  const script = fileURLToPath(new URL("./heap.mjs", import.meta.url));
  const { status } = spawnSync(process.execPath, ["--expose-gc", script], { stdio: "inherit" });
  if (status !== 0) throw new Finding("a decoded value takes more than the budget says");
});
await part("paths", () => {
  const count = options.million || options.long ? 1_000_000 : 20_000;
  for (const name of options.path ?? pathNames) runPath(name, { seed, count });
});
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function part(name, work) {
  if (options.only !== undefined && options.only !== name) return;
  const start = performance.now();
  try {
    await work();
    passed++;
    console.log(`✓ ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`✗ ${name}\n${error instanceof Finding ? error.message : error.stack}`);
  }
}

/** Does something with each type of each schema; what fails names the seed that leads straight there. */
async function overSchemas(work) {
  const tally = createTally();
  for (let i = 0; i < schemas; i++) {
    const random = createRandom(seed + i);
    try {
      const { types } = await createSubject(random, `s${seed + i}`);
      tally.count("schemas");
      for (const type of types) work(random, type, tally);
    } catch (error) {
      const how = `npm run fuzz:protobuf -- --seed ${seed + i} --schemas 1`;
      throw new Finding(`${how}\n${error instanceof Finding ? error.message : error.stack}`);
    }
  }
  tally.print();
  return tally;
}

function fuzzBinary(random, type, tally) {
  const samples = [];
  for (let n = 0; n < 15; n++) samples.push(compareValues(random, type, tally));
  compareExtensions(random, type, tally);
  for (let n = 0; n < 150; n++) compareBytes(random, type, samples, tally);
}
