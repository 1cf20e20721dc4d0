/** grpc-go and connect-go: one Go module, each a program of its own. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateOnce, runBuf } from "../../protobuf/generate.mjs";
import { gatherProtos } from "../../rpc/generate.mjs";
import { AbsentError, cache } from "../install.mjs";

const source = fileURLToPath(new URL(".", import.meta.url));
const module = "bowline.bench/gorpc";
const generators = {
  "protoc-gen-go": { from: "google.golang.org/protobuf/cmd/protoc-gen-go", options: [] },
  "protoc-gen-go-grpc": {
    from: "google.golang.org/grpc/cmd/protoc-gen-go-grpc",
    options: [],
  },
  "protoc-gen-connect-go": {
    from: "connectrpc.com/connect/cmd/protoc-gen-connect-go",
    options: ["simple"],
  },
};
const programs = {
  "grpc-go": { from: "google.golang.org/grpc", how: "server defaults" },
  "connect-go": {
    from: "connectrpc.com/connect",
    how: "net/http with unencrypted HTTP/2, handlers of the simple form",
  },
};

/** Builds both on the first call for either. */
export function prepareGo(name) {
  if (spawnSync("go", ["version"]).status !== 0) throw new AbsentError("no go on this machine");
  const folder = join(cache, "go-rpc");
  const goVersion = execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim();
  const protos = gatherProtos();
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const key = [...files, join(protos, "rpc.proto")].map((file) => readFileSync(file, "utf8"));
  generateOnce(folder, [goVersion, ...key].join("\n"), () => build(folder, files, protos));
  const { from, how } = programs[name];
  const version = runGo(folder, "list", "-m", "-f", "{{.Version}}", from).trim();
  const options = `${goVersion}, ${how}, GOMAXPROCS 1, GOGC default`;
  return { name, version, options, program: join(folder, "bin", name) };
}

function build(folder, files, protos) {
  console.error("building grpc-go and connect-go …");
  for (const file of files.filter((each) => !each.endsWith(".mjs"))) {
    const copy = join(folder, file.slice(source.length));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  }
  const places = ["bench", "rpc"].map((name) => `M${name}.proto=${module}/${name}`);
  try {
    for (const [generator, { from, options }] of Object.entries(generators)) {
      const program = join(folder, "bin", generator);
      runGo(folder, "build", "-o", program, from);
      runBuf(folder, program, [`module=${module}`, ...places, ...options], protos);
    }
    for (const name of Object.keys(programs))
      runGo(folder, "build", "-o", join(folder, "bin", name), `./${name}`);
  } catch (error) {
    throw new AbsentError(`it cannot be built here: ${error.message}`, { cause: error });
  }
}

function runGo(folder, ...args) {
  const stdio = ["ignore", "pipe", "inherit"];
  return execFileSync("go", args, { cwd: folder, encoding: "utf8", stdio });
}
