/** Many mutated inputs through each path: nothing but promised errors, nothing slow, and memory that stays flat. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { paths } from "./paths.mjs";
import { Finding } from "./report.mjs";

const script = fileURLToPath(new URL("./path-run.mjs", import.meta.url));

/** At least this many have to be accepted, so that mutation reaches deep code. */
const leastAccepted = 0.3;
/** How much of the median heap the last half of a run may add. */
const mostGrowth = 0.01;

/** The names of the paths. */
export const pathNames = Object.keys(paths);

/** Runs a path over `count` inputs, and counts the branches that some more inputs take. */
export function runPath(path, { seed, count: all }) {
  const count = Math.round(all * (paths[path].share ?? 1));
  const schemas = 10;
  const ran = child(["--expose-gc"], { path, seed, count, schemas });
  const covered = child([], {
    path,
    seed: seed + 1,
    count: Math.min(count / 2, 200_000),
    schemas,
    coverage: true,
  });
  const share = ran.accepted / ran.inputs;
  const growth = growthOf(ran.heap);
  const { taken, total, missed } = covered.coverage;
  console.log(
    `  ${path}: ${ran.inputs.toLocaleString("en")} inputs, ${(share * 100).toFixed(1)} % accepted, ` +
      `slowest ${ran.slowestMs.toFixed(1)} ms, heap ${(growth * 100).toFixed(2)} % over the last half, ` +
      `${taken} of ${total} branches (${((taken / total) * 100).toFixed(1)} %)`,
  );
  if (process.env.FUZZ_MISSED)
    for (const one of missed) console.log(`    missed: ${one.join(" ")}`);
  if (share < leastAccepted)
    throw new Finding(`${path}: only ${(share * 100).toFixed(1)} % accepted`);
  if (growth > mostGrowth)
    throw new Finding(
      `${path}: memory grows, ${ran.heap.map((n) => (n / 1e6).toFixed(2)).join(" ")} MB`,
    );
}

function child(flags, options) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...flags, "--no-flush-bytecode", "--max-semi-space-size=16", script, JSON.stringify(options)],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const how = `${options.path}, seed ${options.seed}, ${options.count} inputs`;
  if (status !== 0) throw new Finding(`${how}: the process ended with ${status}\n${stderr}`);
  const result = JSON.parse(stdout.trim().split("\n").at(-1));
  if (result.finding !== undefined) throw new Finding(`${how}\n${result.finding}`);
  return result;
}

/** By how much of its median the heap grows over the last half of its samples: the slope of the line through them. */
function growthOf(samples) {
  const half = samples.slice(samples.length >> 1);
  if (half.length < 20) throw new Finding(`${half.length} samples of the heap are too few`);
  const median = half.toSorted((a, b) => a - b)[half.length >> 1];
  const middle = (half.length - 1) / 2;
  const mean = half.reduce((sum, n) => sum + n, 0) / half.length;
  let above = 0;
  let below = 0;
  for (const [i, n] of half.entries()) {
    above += (i - middle) * (n - mean);
    below += (i - middle) ** 2;
  }
  return ((above / below) * (half.length - 1)) / median;
}
