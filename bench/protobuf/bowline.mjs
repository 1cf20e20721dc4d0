/**
 * Our own entry: code that `protoc-gen-bowline` generates at bench time, over
 * the built packages, or any module given with `--ours`.
 *
 * Such a module exports one object a workload, `{ decode(bytes),
 * encode(value), fromPlain(plain) }`, under the workload's name (`a`, `b`, …),
 * either as named exports or as the properties of an export `workloads` or
 * `default`.
 *
 * Views are rows of their own beside messages: validated at once, validated
 * when touched ("lazy"), and lazy with `$bytes` instead of a copy ("shared").
 * So are messages whose lists of numbers are typed arrays ("typed"), for the
 * shape that long columns are made for.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cache, root } from "../competitors/install.mjs";
import { protoFolder, runBuf, transpile } from "./generate.mjs";

const plugin = join(root, "packages", "protoc-gen-bowline", "bin", "protoc-gen-bowline.js");

/** True where the generator is there to be measured. */
export const exists = () => existsSync(plugin);

/** The rows that this module measures, by what `load` makes for each. */
export const rows = {
  bowline: messageCodec,
  "bowline-validated": (_type, view) => viewCodec(view, (bytes) => view.decode(bytes)),
  "bowline-lazy": (_type, view) => viewCodec(view, lazily(view)),
  "bowline-shared": (_type, view) => ({
    decode: lazily(view),
    reencode: (value) => value.$bytes,
    only: ["re-encode"],
  }),
  "bowline-typed": (type) => ({ ...messageCodec(type), only: ["decode", "encode"] }),
};

const lazily = (view) => (bytes) => view.decode(bytes, { validate: "on-access" });

function messageCodec(type) {
  return {
    fromPlain: (plain) => type.create(plain),
    decode: (bytes) => type.decode(bytes),
    encode: (message) => type.encode(message),
    reencode: (message) => type.encode(message),
    jsonEncode: (message) => json.toJsonBytes(type, message),
    jsonDecode: (bytes) => json.fromJsonBytes(type, bytes),
    touch: { maps: "map", oneofs: "case" },
  };
}

function viewCodec(view, decode) {
  return {
    decode,
    reencode: (value) => view.encode(value),
    touch: { maps: "map", oneofs: "case" },
    only: ["decode", "touch-all", "touch-three", "re-encode"],
  };
}

let json;

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
  runBuf(join(gen, "typed"), [process.execPath, plugin], [], typedProtos());
  transpile(gen);
  const { version } = JSON.parse(
    readFileSync(join(root, "packages", "protobuf", "package.json"), "utf8"),
  );
  return { name: "bowline", version, options: "protoc-gen-bowline, defaults", gen };
}

/** The protos again, with the option that makes typed arrays of `ColumnBatch`'s numbers. */
function typedProtos() {
  const folder = join(cache, "bowline", "typed-proto");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bowline"), { recursive: true });
  copyFileSync(
    join(root, "packages/protobuf/proto/bowline/options.proto"),
    join(folder, "bowline/options.proto"),
  );
  const shapes = readFileSync(join(protoFolder, "shapes.proto"), "utf8")
    .replace(/^(package .*;)$/m, '$1\nimport "bowline/options.proto";')
    .replace(/^message ColumnBatch \{[^}]*\}/m, (message) =>
      message.replace(
        /(repeated (?!bool)\w+ \w+ = \d+);/g,
        "$1 [(bowline.field).typed_array = true];",
      ),
    );
  writeFileSync(join(folder, "shapes.proto"), shapes);
  return folder;
}

export async function load({ gen, module, row = "bowline" }) {
  if (module !== undefined) return loadModule(await import(pathToFileURL(module)));
  const from = (path) => import(pathToFileURL(join(gen, path)));
  json = await import(pathToFileURL(join(root, "packages/protobuf/dist/json/index.js")));
  const bench = await from("bench.pb.js");
  const shapes = await from("shapes.pb.js");
  const typed = row === "bowline-typed" ? await from("typed/shapes.pb.js") : undefined;
  return (typeName) => {
    const exported = typeName.startsWith("bowline.bench.shapes.") ? shapes : bench;
    const name = typeName.split(".").at(-1);
    if (row === "bowline-typed") return name === "ColumnBatch" ? rows[row](typed[name]) : undefined;
    const view = exported[`${name}View`];
    if (row !== "bowline" && view === undefined) return undefined;
    return rows[row](exported[name], view);
  };
}

function loadModule(exported) {
  const table = exported.workloads ?? exported.default ?? exported;
  return (_typeName, workload) => table[workload];
}
