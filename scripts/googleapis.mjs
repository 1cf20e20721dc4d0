// `npm run verify googleapis`: the generator on a large real schema, every .proto of google-proto-files. Generates all
// of it by `bowline generate`, compiles it under strict TypeScript, says how long both took, and writes and reads messages of some packages
// beside protoc. Arguments: folders (`google/pubsub`) to do only these and what they import, by protoc.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root, run, runNode, runNpm } from "./driver/steps.mjs";

const version = "5.0.1";
const home = join(root, ".cache", "googleapis");
const protos = join(home, "node_modules", "google-proto-files");
const vendor = join(root, "proto", "vendor");
const plugin = join(root, "packages/protoc-gen-bowline/bin/protoc-gen-bowline.js");
const protocScript = join(root, "node_modules/protoc/protoc.cjs");
/** Packages that are compiled with views, too. */
const withViews = ["google/cloud/aiplatform", "google/pubsub", "google/spanner"];
/** Packages whose messages are written and read. */
const smoke = ["google/longrunning", "google/pubsub", "google/rpc", "google/type"];

let passed = 0;
let failed = 0;

/** @param {string} name @param {() => Promise<string>} action */
async function step(name, action) {
  const start = performance.now();
  try {
    const note = await action();
    passed += 1;
    console.log(`✓ ${name}: ${note} (${seconds(performance.now() - start)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1);

/** Installs the schemas into the cache, once. */
async function install() {
  const manifest = join(protos, "package.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === version)
    return;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true, "type": "module" }\n');
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
  await runNpm(["install", ...options, `google-proto-files@${version}`], { cwd: home });
}

/** Paths of all schemas; what the runtime brings along is left out. */
function schemas() {
  return readdirSync(protos, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".proto") && !path.startsWith("google/protobuf/"))
    .sort();
}

/** The schemas below folders with those that they import, but for `google/protobuf`. @param {string[]} all @param {string[]} folders */
function closure(all, folders) {
  const wanted = new Set(
    all.filter((path) => folders.some((folder) => path.startsWith(`${folder}/`))),
  );
  for (const path of wanted) {
    const text = readFileSync(join(protos, path), "utf8");
    for (const [, imported = ""] of text.matchAll(/^import\s+(?:public\s+)?"([^"]+)";/gm)) {
      if (!imported.startsWith("google/protobuf/")) wanted.add(imported);
    }
  }
  return [...wanted].sort();
}

/** Generates code for the schemas into an empty folder. @param {string[]} files @param {string} out @param {string[]} options */
async function generate(files, out, options = []) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const list = `${out}.txt`;
  writeFileSync(list, `${files.join("\n")}\n`);
  const flags = [
    `--plugin=protoc-gen-bowline=${plugin}`,
    `--bowline_out=${out}`,
    `-I${protos}`,
    `-I${vendor}`,
  ];
  await runNode(protocScript, [
    ...flags,
    ...options.map((option) => `--bowline_opt=${option}`),
    `@${list}`,
  ]);
  return written(files, out);
}

/** Generates code for all schemas as a project does. @param {string[]} files @param {string} out */
async function generateAll(files, out) {
  rmSync(out, { recursive: true, force: true });
  const config = ["version: v1", `inputs: [${JSON.stringify(protos)}]`];
  config.push(`exclude: [${JSON.stringify(join(protos, "google/protobuf"))}]`);
  // views double the code: 13.6 million lines, for which the compiler needs more memory than a machine has
  config.push(`out: ${JSON.stringify(out)}`, "options: { views: false }");
  writeFileSync(join(home, "bowline.yaml"), `${config.join("\n")}\n`);
  await runNode(join(root, "packages/bowline/bin/bowline.js"), ["generate"], { cwd: home });
  return written(files, out);
}

/** What was written: a file for every schema. @param {string[]} files @param {string} out */
function written(files, out) {
  const paths = readdirSync(out, { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.pb\.[jt]s$/.test(path) && !path.endsWith(".d.ts"),
  );
  if (paths.length !== files.length)
    throw new Error(`${paths.length} files for ${files.length} schemas`);
  return paths;
}

/** protoc itself, without the script around it. */
function protocBinary() {
  const assets = createRequire(import.meta.url)(join(root, "node_modules/protoc/assets.json"));
  const asset = assets.find(
    (/** @type {{ arch: string, platform: string }} */ a) =>
      a.arch === process.arch && a.platform === process.platform,
  );
  return join(root, "node_modules/protoc/bin", asset.executable);
}

try {
  await install();
} catch (error) {
  console.log(String(error));
  console.log(`google-proto-files@${version} cannot be installed`);
  process.exit(77);
}

const all = schemas();
const folders = process.argv.slice(2).map((folder) => folder.replace(/\/+$/, ""));
const files = folders.length === 0 ? all : closure(all, folders);
const code = join(home, "code");

await step(folders.length === 0 ? "bowline generate" : "generate", async () => {
  const paths = await (folders.length === 0 ? generateAll : generate)(files, code);
  const lines = paths.reduce(
    (n, path) => n + readFileSync(join(code, path), "utf8").split("\n").length - 1,
    0,
  );
  return `${paths.length} files, ${lines.toLocaleString("en")} lines`;
});

/** Compiles the code in a folder of `home`; says what it took. @param {string} folder */
async function compile(folder) {
  const base = JSON.parse(readFileSync(join(root, "tsconfig.base.json"), "utf8")).compilerOptions;
  const options = {
    ...base,
    composite: false,
    declarationMap: false,
    sourceMap: false,
    noEmit: true,
    lib: ["ES2022"],
  };
  const project = join(home, `tsconfig.${folder}.json`);
  writeFileSync(project, JSON.stringify({ compilerOptions: options, include: [folder] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { output } = await run(
    process.execPath,
    [tsc, "-p", project, "--pretty", "false", "--extendedDiagnostics"],
    { accept: [0, 1, 2] },
  );
  const errors = output.split("\n").filter((line) => / error TS\d+/.test(line));
  if (errors.length > 0)
    throw new Error(`${errors.length} errors\n${errors.slice(0, 20).join("\n")}`);
  const figure = (/** @type {string} */ name) =>
    new RegExp(`^${name}:\\s+(.*)$`, "m").exec(output)?.[1] ?? "?";
  const memory = Math.round(Number.parseInt(figure("Memory used"), 10) / 1024);
  return `${figure("Files")} files, ${figure("Types")} types, ${memory} MiB`;
}

await step("compile under strict TypeScript", () => compile("code"));

await step("compile with views", async () => {
  await generate(closure(all, withViews), join(home, "views"));
  return compile("views");
});

await step("write and read beside protoc", async () => {
  const out = join(home, "program");
  await generate(closure(all, smoke), out, ["target=js"]);
  const script = join(home, "round-trip.mjs");
  writeFileSync(
    script,
    readFileSync(join(root, "packages/protoc-gen-bowline/fixtures/round-trip.mjs")),
  );
  const { output } = await runNode(script, [out, protocBinary(), `${protos},${vendor}`]);
  const { messages, compared } = JSON.parse(output);
  if (messages < 150 || compared < 150)
    throw new Error(`only ${messages} messages, ${compared} compared`);
  return `${messages} messages, ${compared} compared with protoc's reading`;
});

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
