/**
 * `npm run soak`: ten minutes of mixed load through a proxy that breaks connections, on servers that are restarted all the
 * time. Memory stays flat on both sides, no stream and no timer is left, and nothing is lost that was acknowledged.
 * Closes with `N passed, N failed`.
 */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { steadyFlags } from "../flat-memory.mjs";
import { runControls } from "./controls.mjs";
import { rounds, Soak } from "./soak.mjs";

const usage = `npm run soak [-- --seconds N --seed N --leak WHAT --controls]

  --seconds N   how long (default 600; 120 in CI and with --ci)
  --ci          CI's part: two minutes without the optimising compiler, and the controls
  --seed N      start from this seed; the default is another one each time
  --leak WHAT   leak on purpose, which has to fail: memory, timer, stream or loss
  --controls    only that: a few seconds of each leak, each of which has to be found`;
const { values: options } = readArguments(usage, {
  seconds: { type: "string" },
  ci: { type: "boolean" },
  seed: { type: "string" },
  leak: { type: "string" },
  controls: { type: "boolean" },
});

const isShort = options.ci || process.env.CI === "true";
const flags = isShort ? steadyFlags : ["--expose-gc"];

if (global.gc === undefined) {
  const child = spawn(
    process.execPath,
    [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  process.exitCode = await new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
} else {
  const seconds = Number(options.seconds ?? (isShort ? 120 : 600));
  const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));
  const troubles = options.controls ? [] : await soak(seconds, seed);
  const isAll = isShort && options.leak === undefined && options.seconds === undefined;
  if (options.controls || isAll) troubles.push(...(await runControls()));
  for (const trouble of troubles) console.log(`✗ ${trouble}`);
  console.log(`${troubles.length === 0 ? 1 : 0} passed, ${troubles.length} failed`);
  process.exit(troubles.length === 0 ? 0 : 1);
}

/** Runs it all and returns what is wrong. */
async function soak(seconds, seed) {
  console.log(`node ${process.version}, ${seconds} s, seed ${seed}`);
  const run = new Soak(seconds, seed, options.leak);
  try {
    await run.start();
    for (let round = 0; round < rounds; round++) await run.round();
    await run.finish();
  } catch (error) {
    run.troubles.push(
      error.cause === undefined ? error.stack : `${error.stack}\n${error.cause.stack}`,
    );
  }
  return run.troubles;
}
