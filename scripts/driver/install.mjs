// Installs what package-lock.json names where it is not there yet. Only `node:` built-ins (see steps.mjs).
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, runNpm } from "./steps.mjs";

/**
 * Names the first package that node_modules lacks or holds in another version than the lock file, if any.
 * npm writes what it installed to node_modules/.package-lock.json, so no network and no npm is needed to know.
 *
 * @param {string} [base]
 * @returns {string | undefined}
 */
export function missingPackage(base = root) {
  const installedLock = join(base, "node_modules", ".package-lock.json");
  if (!existsSync(installedLock)) return "node_modules";
  const wanted = JSON.parse(readFileSync(join(base, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedLock, "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes("node_modules/")) continue;
    const found = installed[path];
    if (found ? found.version !== entry.version || found.link !== entry.link : !entry.optional) {
      return path.replace(/^.*node_modules\//, "");
    }
    // The listing outlives a folder that somebody removed by hand.
    if (found && !existsSync(join(base, path))) return path.replace(/^.*node_modules\//, "");
  }
  return undefined;
}

/** Refuses a Node that is too old, in words; then installs where something is missing. @param {{ step: (name: string, action: () => Promise<string>) => Promise<boolean> }} driver */
export async function ensureInstalled(driver) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Bowline needs Node 20.19 or newer; this is ${process.versions.node}.`);
  }
  return await driver.step("install", async () => {
    const missing = missingPackage();
    if (missing === undefined) return "up to date";
    await runNpm(["ci", "--loglevel=error", "--prefer-offline", "--no-audit", "--no-fund"]);
    return `installed what package-lock.json names (${missing} was missing or outdated)`;
  });
}
