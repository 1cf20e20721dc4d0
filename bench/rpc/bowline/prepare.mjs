/** Our packages, built, and the code that our generator makes of the bench's service. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cache, root } from "../../competitors/install.mjs";
import { generateRpc } from "../generate.mjs";

const plugin = join(root, "packages", "protoc-gen-bowline", "bin", "protoc-gen-bowline.js");
const projects = ["protobuf", "rpc", "node", "protoc-gen-bowline"].map(
  (name) => `packages/${name}`,
);
const gen = join(cache, "rpc", "bowline");

let info;

export function prepare() {
  info ??= build();
  return info;
}

function build() {
  // Only what is measured is built, and it must be: stale code gives stale figures.
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-b", ...projects], { cwd: root, stdio: "inherit" });
  generateRpc(gen, String(Date.now()), [process.execPath, plugin], []);
  const manifest = readFileSync(join(root, "packages", "rpc", "package.json"), "utf8");
  return { name: "bowline", version: JSON.parse(manifest).version, options: "defaults" };
}

/** The generated code. */
export async function loadGenerated() {
  const from = (file) => import(pathToFileURL(join(gen, file)).href);
  return { ...(await from("bench.pb.js")), ...(await from("rpc.pb.js")) };
}

/** One of our packages, by its name behind the scope. */
export function loadPackage(name) {
  const [folder, subpath = "index"] = name.split("/");
  return import(pathToFileURL(join(root, "packages", folder, "dist", `${subpath}.js`)).href);
}
