/**
 * Installs a competitor on demand, by its pinned package.json, into
 * `.cache/bench/<name>` at the root of the repository, so that the root
 * `npm install` stays light. The folder is kept until the package.json changes.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where everything that the benches install or generate is kept. */
export const cache = join(root, ".cache", "bench");

/** What a competitor needs is not on this machine: the run goes on without it, and says so. */
export class AbsentError extends Error {}

/** Returns the folder that holds the competitor's `node_modules`, installed. */
export function installCompetitor(name) {
  const source = readFileSync(new URL(`./${name}/package.json`, import.meta.url), "utf8");
  const folder = join(cache, name);
  const stamp = join(folder, ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === source) return folder;
  console.error(`installing ${name} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), source);
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", ["install", ...flags], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  writeFileSync(stamp, source);
  return folder;
}

/** The version of an installed dependency. */
export function installedVersion(folder, dependency) {
  const manifest = join(folder, "node_modules", dependency, "package.json");
  return JSON.parse(readFileSync(manifest, "utf8")).version;
}
