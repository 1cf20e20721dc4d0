/**
 * `npm run bench`: every area, one after the other. An area is a folder with a
 * `run.mjs`; arguments are passed on to each.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const areas = readdirSync(here)
  .sort()
  .filter((area) => existsSync(`${here}${area}/run.mjs`));
for (const area of areas) {
  console.log(`== ${area}`);
  const { status } = spawnSync(
    process.execPath,
    [`${here}${area}/run.mjs`, ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  if (status !== 0) process.exitCode = 1;
}
