/**
 * Generates the code of every library from `proto/`, into `.cache/bench`,
 * whenever the protos, the generator or its options have changed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cache, root } from "../competitors/install.mjs";

/** The folder of the benchmark's `.proto` files, and their names. */
export const protoFolder = fileURLToPath(new URL("./proto", import.meta.url));
export const protoFiles = ["bench.proto", "shapes.proto"];

const bin = (name) => join(root, "node_modules", ".bin", name);

/** Runs `make(out)` unless `out` already holds what `key` made of these protos. */
export function generateOnce(out, key, make) {
  const hash = createHash("sha256").update(key);
  for (const file of protoFiles) hash.update(readFileSync(join(protoFolder, file)));
  const stamp = join(out, ".generated");
  const digest = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  make(out);
  writeFileSync(stamp, digest);
}

/** Runs `buf generate` over a folder of protos with one local plugin. */
export function runBuf(out, plugin, options, protos = protoFolder) {
  const template = JSON.stringify({
    version: "v2",
    plugins: [{ local: Array.isArray(plugin) ? plugin : [plugin], out, opt: options }],
  });
  execFileSync(bin("buf"), ["generate", protos, "--template", template], {
    cwd: cache,
    stdio: "inherit",
  });
}

/** Compiles every `.ts` file under `folder` to JavaScript beside it. */
export function transpile(folder) {
  const sources = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name));
  if (sources.length === 0) return;
  const flags = [
    "--format=esm",
    "--target=es2022",
    `--outbase=${folder}`,
    `--outdir=${folder}`,
    "--log-level=warning",
  ];
  execFileSync(bin("esbuild"), [...sources, ...flags], { stdio: "inherit" });
}
