/**
 * Go's protobuf, a program of its own: `proto.Unmarshal` into a fresh message,
 * `proto.Marshal` to a fresh slice, `protojson` for JSON. It is pinned to the
 * same core as the others, where the Go runtime takes GOMAXPROCS 1 from the
 * affinity: collections of garbage cost it time there as they cost V8.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateOnce, protoFiles, runBuf } from "../../protobuf/generate.mjs";
import { readSchema } from "../../protobuf/schema.mjs";
import { AbsentError, cache } from "../install.mjs";
import { touchCode } from "./touch.mjs";

const source = fileURLToPath(new URL(".", import.meta.url));
const sources = readdirSync(source).filter((name) => !name.endsWith(".mjs"));

export function prepare() {
  if (spawnSync("go", ["version"]).status !== 0) throw new AbsentError("no go on this machine");
  const folder = join(cache, "go-protobuf");
  const go = (...args) =>
    execFileSync("go", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  const goVersion = execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim();
  const files = [...sources, "codec.mjs", "touch.mjs"].map((name) =>
    readFileSync(join(source, name)),
  );
  generateOnce(folder, [goVersion, ...files].join("\n"), () => {
    console.error("building go-protobuf …");
    for (const name of sources) copyFileSync(join(source, name), join(folder, name));
    const generator = join(folder, "protoc-gen-go");
    go("build", "-o", generator, "google.golang.org/protobuf/cmd/protoc-gen-go");
    const packages = { "bench.proto": "bench", "shapes.proto": "shapes" };
    for (const file of protoFiles) {
      const out = join(folder, packages[file]);
      mkdirSync(out);
      runBuf(out, generator, [
        "paths=source_relative",
        ...protoFiles.map((name) => `M${name}=bowline.bench/goprotobuf/${packages[name]}`),
      ]);
      for (const other of protoFiles.filter((name) => name !== file))
        rmSync(join(out, other.replace(".proto", ".pb.go")));
    }
    writeFileSync(join(folder, "touch.go"), touchCode(readSchema()));
    go("build", "-o", join(folder, "child"), ".");
  });
  const version = go("list", "-m", "-f", "{{.Version}}", "google.golang.org/protobuf").trim();
  return {
    name: "Go protobuf",
    version,
    options: `${goVersion}, GOMAXPROCS 1 where pinned, GOGC default`,
    program: join(folder, "child"),
    needs: ["wires", "jsons"],
  };
}
