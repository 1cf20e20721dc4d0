/** Builds the packages under test and generates the code of the suite's schemas with them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, generated, root } from "./paths.mjs";

/** Generates JavaScript from every `.proto` below `include`, always anew: a stale codec would prove nothing. */
export function generate(include) {
  const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: "inherit" });
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  run(process.execPath, [tsc, "-b", "packages/protobuf", "packages/protoc-gen-bowline"], root);
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated, { recursive: true });
  const plugin = join(root, "packages", "protoc-gen-bowline", "bin", "protoc-gen-bowline.js");
  const template = {
    version: "v2",
    plugins: [{ local: [process.execPath, plugin], out: generated, opt: ["target=js"] }],
  };
  const buf = join(root, "node_modules", ".bin", "buf");
  run(buf, ["generate", include, "--template", JSON.stringify(template)], cache);
}
