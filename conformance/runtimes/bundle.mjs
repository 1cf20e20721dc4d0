/** Builds the packages, generates the code of the schema, and bundles the program once for each way to load it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { cache, root } from "./paths.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** `module` prints the report, `worker` answers a request with it, `page` shows it. */
const entries = {
  module: 'import { runChecks } from "checks"; console.log(JSON.stringify(runChecks()));',
  worker:
    'import { runChecks } from "checks"; export default { fetch: () => Response.json(runChecks()) };',
  page: `import { runChecks } from "checks";
    const report = document.createElement("pre");
    report.id = "report";
    report.textContent = encodeURIComponent(JSON.stringify(runChecks()));
    document.body.append(report);`,
};

/** Returns the paths of the bundles by the names of their entries. */
export async function bundle() {
  const gen = generate();
  const out = join(cache, "bundles");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const options = {
    bundle: true,
    // What a browser gets is what all get: nothing is there for one platform only.
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    absWorkingDir: root,
    alias: { checks: here("checks.mjs"), smoke: join(gen, "smoke.pb.js") },
    logLevel: "warning",
  };
  const write = (name, format) =>
    build({
      ...options,
      format,
      stdin: { contents: entries[name], resolveDir: root },
      outfile: join(out, name === "page" ? "page.js" : `${name}.mjs`),
    });
  await Promise.all([write("module", "esm"), write("worker", "esm"), write("page", "iife")]);
  const page = join(out, "page.html");
  writeFileSync(page, '<!doctype html><meta charset="utf-8"><body><script src="page.js"></script>');
  return { module: join(out, "module.mjs"), worker: join(out, "worker.mjs"), page };
}

/** Always anew: stale code would prove nothing. Returns the folder. */
function generate() {
  const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: "inherit" });
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  run(process.execPath, [tsc, "-b", "packages/protobuf", "packages/protoc-gen-bowline"], root);
  const gen = join(cache, "gen");
  rmSync(gen, { recursive: true, force: true });
  mkdirSync(gen, { recursive: true });
  const plugin = join(root, "packages", "protoc-gen-bowline", "bin", "protoc-gen-bowline.js");
  const template = {
    version: "v2",
    plugins: [{ local: [process.execPath, plugin], out: gen, opt: ["target=js"] }],
  };
  const buf = join(root, "node_modules", ".bin", "buf");
  run(buf, ["generate", here("proto"), "--template", JSON.stringify(template)], cache);
  return gen;
}
