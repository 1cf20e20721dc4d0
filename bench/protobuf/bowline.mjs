/**
 * Our own entry: code that `protoc-gen-bowline` generates at bench time, over
 * the built packages, or any module given with `--ours`.
 *
 * Such a module exports one object a workload, `{ decode(bytes),
 * encode(value), fromPlain(plain) }`, under the workload's name (`a`, `b`, …),
 * either as named exports or as the properties of an export `workloads` or
 * `default`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cache, root } from "../competitors/install.mjs";
import { runBuf, transpile } from "./generate.mjs";

const plugin = join(root, "packages", "protoc-gen-bowline", "bin", "protoc-gen-bowline.js");

/** True where the generator is there to be measured. */
export const exists = () => existsSync(plugin);

export function prepare(modulePath) {
  if (modulePath !== undefined) {
    const path = resolve(modulePath);
    return { name: "bowline", version: "prototype", options: "--ours", module: path };
  }
  // Only what is measured is built, and it must be: stale code gives stale figures.
  const projects = ["packages/protobuf", "packages/protoc-gen-bowline"];
  execFileSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-b", ...projects],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  const gen = join(cache, "bowline", "gen");
  rmSync(gen, { recursive: true, force: true });
  mkdirSync(gen, { recursive: true });
  runBuf(gen, [process.execPath, plugin], []);
  transpile(gen);
  const { version } = JSON.parse(
    readFileSync(join(root, "packages", "protobuf", "package.json"), "utf8"),
  );
  return { name: "bowline", version, options: "protoc-gen-bowline, defaults", gen };
}

export async function load({ gen, module }) {
  if (module !== undefined) return loadModule(await import(pathToFileURL(module)));
  const bench = await import(pathToFileURL(join(gen, "bench.pb.js")));
  const shapes = await import(pathToFileURL(join(gen, "shapes.pb.js")));
  return (typeName) => {
    const from = typeName.startsWith("bowline.bench.shapes.") ? shapes : bench;
    const type = from[typeName.split(".").at(-1)];
    return {
      fromPlain: (plain) => type.create(plain),
      decode: (bytes) => type.decode(bytes),
      encode: (message) => type.encode(message),
    };
  };
}

function loadModule(exported) {
  const table = exported.workloads ?? exported.default ?? exported;
  return (_typeName, workload) => table[workload];
}
