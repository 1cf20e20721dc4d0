// `npm run lock`: writes package-lock.json anew for every platform. npm leaves out optional packages that the registry
// at hand does not carry, such as another system's binaries behind a partial mirror, and `npm ci` then refuses the
// file everywhere. So what is left out is put back by version, with the system it is for read from its name.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, runNpm, runScript } from "./driver/steps.mjs";

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = {
  "x86-64": "x64",
  aarch64: "arm64",
  armv7: "arm",
  arm64: "arm64",
  arm: "arm",
  x64: "x64",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  loong64: "loong64",
  mips64el: "mips64el",
  wasm32: "wasm32",
};

/** @typedef {Record<string, { version: string, dev?: boolean, optionalDependencies?: Record<string, string> }>} Packages */

/** The optional packages that a lock file's packages name and that have no entry, with their entries. @param {Packages} packages */
export function missingOptionals(packages) {
  /** @type {Record<string, object>} */
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages)
        continue;
      missing[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(entry.dev && { dev: true }),
        optional: true,
      };
    }
  }
  return missing;
}

/** The `os`, `cpu` and `libc` of a platform package, by its name. @param {string} name */
function platformOf(name) {
  const words = (name.split("/").at(-1) ?? name).split("-");
  const os = systems.find((system) => words.includes(system));
  const cpu = Object.entries(processors).find(([word]) => words.includes(word))?.[1];
  const libc = words.includes("musl") || words.includes("musleabihf") ? "musl" : "glibc";
  if (!os && cpu !== "wasm32") throw new Error(`${name}: its name says no system`);
  return {
    ...(cpu && { cpu: [cpu] }),
    ...(os === "linux" && words.some((word) => /^(gnu|musl)/.test(word)) && { libc: [libc] }),
    ...(os && { os: [os] }),
  };
}

await runScript(import.meta, async () => {
  const path = join(root, "package-lock.json");
  rmSync(path);
  await runNpm(["install", "--package-lock-only", "--loglevel=error"], { show: true });
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const missing = missingOptionals(lock.packages);
  const all = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${all.length} entries, ${Object.keys(missing).length} put back`);
});
