// `npm run pack [-- --to FOLDER]`: builds the packages and packs each as npm would publish it. A bare `npm pack` in a
// clone does not build (its `prepack` is one of the scripts that .npmrc leaves out), so it would carry what was built
// last, or nothing.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { readArguments } from "./driver/arguments.mjs";
import { build } from "./driver/build.mjs";
import { ensureInstalled } from "./driver/install.mjs";
import { createDriver, root, runNpm, runScript } from "./driver/steps.mjs";

/** The paths that a package promises by its exports and commands. @param {Record<string, any>} manifest @returns {string[]} */
function promisedFiles(manifest) {
  const found = new Set(Object.values(manifest.bin ?? {}));
  const walk = (/** @type {unknown} */ target) => {
    if (typeof target === "string") found.add(target.replace(/^\.\//, ""));
    else if (target && typeof target === "object") Object.values(target).forEach(walk);
  };
  walk(manifest.exports ?? {});
  return [...found];
}

/** Packs one package and returns the path of its tarball. @param {string} name @param {string} to */
async function pack(name, to) {
  const folder = join(root, "packages", name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { output } = await runNpm(
    ["pack", `./packages/${name}`, "--json", "--ignore-scripts", "--pack-destination", to],
    {},
  );
  const answer = JSON.parse(output.slice(output.search(/^[[{]/m)));
  const [packed] = Array.isArray(answer) ? answer : Object.values(answer);
  const carried = new Set(packed.files.map((/** @type {{ path: string }} */ file) => file.path));
  const missing = promisedFiles(manifest).filter((file) => !carried.has(file));
  if (missing.length > 0) throw new Error(`${name}: the tarball lacks ${missing.join(", ")}`);
  if (!existsSync(join(folder, "dist")) || ![...carried].some((file) => file.startsWith("dist/"))) {
    throw new Error(`${name}: the tarball carries no dist`);
  }
  return join(to, packed.filename);
}

await runScript(import.meta, async () => {
  const { values } = readArguments(
    "npm run pack [-- --to FOLDER]\n\nBuilds the packages and packs each; FOLDER is .cache/pack by default.",
    { to: { type: "string" } },
  );
  const to = resolve(root, values.to ?? ".cache/pack");
  const driver = createDriver("npm run pack");
  if ((await ensureInstalled(driver)) && (await driver.step("build", () => build()))) {
    mkdirSync(to, { recursive: true });
    for (const old of readdirSync(to).filter((file) => file.endsWith(".tgz"))) {
      if (values.to === undefined) rmSync(join(to, old));
    }
    for (const name of readdirSync(join(root, "packages")).sort()) {
      if (!existsSync(join(root, "packages", name, "package.json"))) continue;
      await driver.step(name, async () => relative(root, await pack(name, to)));
    }
  }
  driver.finish();
});
