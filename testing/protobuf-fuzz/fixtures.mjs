/** The messages of `packages/protobuf/proto/test`, generated for the built packages. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../bench/competitors/install.mjs";

const folder = join(root, ".cache", "fuzz", "fixtures");

/** Generates them anew; stale code would prove nothing. */
export function generateFixtures() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const plugin = join(root, "packages", "protoc-gen-bowline", "bin", "protoc-gen-bowline.js");
  const template = JSON.stringify({
    version: "v2",
    plugins: [{ local: [process.execPath, plugin], out: folder, opt: ["target=js"] }],
  });
  const buf = join(root, "node_modules", ".bin", "buf");
  const from = join(root, "packages", "protobuf", "proto");
  const flags = ["--template", template, "--path", join(from, "test", "wire.proto")];
  execFileSync(buf, ["generate", from, ...flags], { cwd: folder, stdio: "inherit" });
}

/** The module of `wire.proto`. */
export const loadWire = () => import(pathToFileURL(join(folder, "test", "wire.pb.js")));
