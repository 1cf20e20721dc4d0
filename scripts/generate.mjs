// `npm run generate [NAME…] [-- --check]`: writes the checked-in generated code of every target below, by `buf` with
// the plugin of this repository (build it first: `npm run build`). With --check nothing is written, and a file that
// differs, is missing or should not be there fails the run. Files that do not change are not touched.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readArguments } from "./driver/arguments.mjs";
import { root, run, runNode, runScript } from "./driver/steps.mjs";

/**
 * @typedef {object} Target
 * @property {string} name what the command line calls it
 * @property {string} root the folder that the .proto files' import paths start from
 * @property {string[]} [files] the files below `root` to generate; all of them where absent
 * @property {string} out the folder of the generated code, which holds nothing else
 * @property {string[]} [opt] options of the plugin
 * @property {"buf" | "protoc"} [compiler] buf unless told otherwise; protoc where buf does not know the edition
 */

const wellKnown = [
  "any",
  "api",
  "duration",
  "empty",
  "field_mask",
  "source_context",
  "struct",
  "timestamp",
  "type",
  "wrappers",
];

/** @type {Target[]} */
export const targets = [
  {
    name: "wkt",
    root: "proto/vendor",
    files: [
      ...wellKnown.map((file) => `google/protobuf/${file}.proto`),
      "google/protobuf/descriptor.proto",
      "google/protobuf/compiler/plugin.proto",
    ],
    out: "packages/protobuf/src/gen",
    opt: ["protobuf_import=.."],
    compiler: "protoc",
  },
  {
    name: "protobuf-test",
    root: "packages/protobuf/proto",
    files: [
      "test/ops.proto",
      "test/ops2.proto",
      "test/ops3.proto",
      "test/mapped.proto",
      "test/typed.proto",
      "test/wire.proto",
    ],
    out: "packages/protobuf/src/fixtures/gen",
  },
  {
    name: "protobuf-mapped",
    root: "packages/protobuf/proto",
    files: ["test/mapped.proto"],
    out: "packages/protobuf/src/fixtures/mapped/gen",
    opt: [
      "map_type=google.protobuf.Timestamp:Date",
      "map_type=google.protobuf.StringValue:../mappings.js#boxedText",
      "map_type=test.mapped.Money:../mappings.js#decimalText",
    ],
  },
  {
    name: "options",
    root: "packages/protobuf/proto",
    files: ["bowline/options.proto"],
    out: "packages/protobuf/src/options/gen",
  },
  {
    name: "errdetails",
    root: "proto/vendor",
    files: ["google/rpc/error_details.proto"],
    out: "packages/rpc/src/gen",
    compiler: "protoc",
  },
  {
    name: "greet",
    root: "examples/greet/proto",
    out: "examples/greet/src/gen",
  },
  {
    name: "examples",
    root: "examples/shared/proto",
    out: "examples/shared/src/gen",
  },
  {
    name: "conformance-connect",
    root: "conformance/connect/proto",
    out: "conformance/connect/src/gen",
  },
  {
    name: "interop",
    root: "testing/interop/proto",
    out: "testing/interop/src/gen",
  },
];

const plugin = "packages/protoc-gen-bowline/bin/protoc-gen-bowline.js";

/** The generated files of a target, by their path below its `out`. @param {Target} target @returns {Promise<Map<string, Buffer>>} */
async function generate(target) {
  const scratch = join(root, ".cache", "generate", target.name);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const files =
    target.files ?? filesBelow(join(root, target.root)).filter((file) => file.endsWith(".proto"));
  if (target.compiler === "protoc") {
    const options = (target.opt ?? []).map((option) => `--bowline_opt=${option}`);
    await runNode("node_modules/protoc/protoc.cjs", [
      `--plugin=protoc-gen-bowline=${join(root, plugin)}`,
      `--bowline_out=${scratch}`,
      ...options,
      `--proto_path=${target.root}`,
      ...files,
    ]);
  } else {
    const template = {
      version: "v2",
      plugins: [{ local: [process.execPath, plugin], out: scratch, opt: target.opt ?? [] }],
    };
    const paths = files.flatMap((file) => ["--path", `${target.root}/${file}`]);
    await run("node_modules/.bin/buf", [
      "generate",
      target.root,
      "--template",
      JSON.stringify(template),
      ...paths,
    ]);
  }
  return new Map(filesBelow(scratch).map((file) => [file, readFileSync(join(scratch, file))]));
}

/** What differs between the generated files and those in the tree. @param {Target} target @param {Map<string, Buffer>} wanted */
function differences(target, wanted) {
  const out = join(root, target.out);
  const found = existsSync(out) ? filesBelow(out) : [];
  const stale = found.filter((file) => !wanted.has(file));
  const changed = [];
  for (const [file, content] of wanted) {
    const path = join(out, file);
    if (!existsSync(path) || !readFileSync(path).equals(content)) changed.push(file);
  }
  return { stale, changed };
}

/** @param {string} folder @returns {string[]} paths below the folder, with slashes, sorted */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}

await runScript(import.meta, async () => {
  const known = targets.map((target) => target.name);
  const { values, positionals: names } = readArguments(
    `npm run generate [-- TARGET… --check]\n\nTargets, all of them by default: ${known.join(", ")}`,
    { check: { type: "boolean" } },
    { names: known, what: "target" },
  );
  const check = values.check === true;

  let files = 0;
  let wrong = 0;
  for (const target of targets) {
    if (names.length > 0 && !names.includes(target.name)) continue;
    const wanted = await generate(target);
    if (wanted.size === 0) throw new Error(`${target.name}: the plugin wrote nothing`);
    files += wanted.size;
    const { stale, changed } = differences(target, wanted);
    wrong += stale.length + changed.length;
    for (const file of stale) {
      console.log(`${target.out}/${file} ${check ? "is no longer generated" : "removed"}`);
      if (!check) rmSync(join(root, target.out, file));
    }
    for (const file of changed) {
      console.log(
        `${target.out}/${file} ${check ? "differs from what the generator writes" : "written"}`,
      );
      if (check) continue;
      mkdirSync(dirname(join(root, target.out, file)), { recursive: true });
      writeFileSync(join(root, target.out, file), wanted.get(file) ?? "");
    }
  }

  if (check && wrong > 0) {
    console.log(
      `${wrong} of ${files} generated files are not current: run \`npm run build && npm run generate\``,
    );
    process.exitCode = 1;
  } else {
    console.log(check ? `${files} files current` : `${files} files, ${wrong} changed`);
  }
});
