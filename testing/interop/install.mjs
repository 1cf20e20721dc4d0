/** Installs and builds the peers, each by its own ecosystem's client, in pinned versions, into folders kept between runs. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, descriptorSet, here, root } from "./paths.mjs";

/** What this machine lacks: a named skip, or a failure in CI. */
export class AbsentPeerError extends Error {}

const isCi = process.env.CI === "true" || process.env.CI === "1";

/** The descriptor set of the test service. */
export async function buildDescriptors() {
  mkdirSync(cache, { recursive: true });
  const buf = join(root, "node_modules", ".bin", "buf");
  await finish(buf, ["build", join(here, "proto"), "-o", descriptorSet], "the descriptor set");
}

/** A Go program of a module, by its version. Returns the program's path. @param {string} path @param {string} version @param {string} name */
export async function installGo(path, version, name) {
  const folder = join(cache, "go", version);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  needs("go", ["version"]);
  const built = join(folder, path.split("/").at(-1));
  say(`${path}@${version} with go`);
  mkdirSync(folder, { recursive: true });
  await finish("go", ["install", `${path}@${version}`], path, {
    env: { ...process.env, GOBIN: folder, GOFLAGS: "" },
  });
  if (built !== program) spawnSync("mv", [built, program]);
  return program;
}

/** One of our own Go programs; Go's cache makes this quick where nothing has changed. @param {"client" | "server" | "keepalive"} name */
export async function buildGo(name) {
  needs("go", ["version"]);
  const program = join(cache, "go", name);
  if (!existsSync(program)) say(`testing/interop/go/${name} with go`);
  const options = { cwd: join(here, "go") };
  await finish("go", ["mod", "download"], "connect-go", options);
  await finish("go", ["build", "-o", program, `./${name}`], `the Go ${name}`, options, Error);
  return program;
}

/** tonic's program, client and server in one. */
export async function buildRust() {
  needs("cargo", ["--version"]);
  const folder = join(cache, "cargo");
  const program = join(folder, "debug", "interop-tonic");
  if (!existsSync(program)) say("testing/interop/rust with cargo");
  const options = { cwd: join(here, "rust"), env: { ...process.env, CARGO_TARGET_DIR: folder } };
  await finish("cargo", ["fetch", "--locked"], "tonic", options);
  await finish("cargo", ["build", "--locked"], "tonic's program", options, Error);
  return program;
}

/** The peers from npm. Returns the folder that holds them. */
export async function installNpm() {
  const source = readFileSync(join(here, "npm", "package.json"), "utf8");
  const folder = join(cache, "npm");
  const stamp = join(folder, ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === source) return folder;
  say("testing/interop/npm with npm");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), source);
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await finish("npm", ["install", ...flags], "the peers from npm", { cwd: folder });
  const names = [...Object.keys(JSON.parse(source).dependencies), "@bufbuild/protobuf/wkt"];
  const exports = names.map((name) => `export * as ${identifier(name)} from "${name}";\n`);
  writeFileSync(join(folder, "peers.mjs"), exports.join(""));
  writeFileSync(stamp, source);
  return folder;
}

/** In peers.mjs `@connectrpc/connect-web` is `connectWeb`. */
function identifier(name) {
  return name.replace(/^.*\//, "").replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** A program of the system. In CI, where there is none, its Debian package is installed. @param {string} command @param {string} [debian] */
export async function findProgram(command, debian = command) {
  const found = () =>
    spawnSync("sh", ["-c", `command -v ${command}`], {
      encoding: "utf8",
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    }).stdout.trim();
  if (found() !== "") return found();
  const advice = `no ${command} on this machine (Debian: apt-get install ${debian})`;
  if (!isCi) throw new AbsentPeerError(advice);
  say(`${debian} with apt-get`);
  await finish("apt-get", ["update", "-q"], "Debian's list of packages");
  await finish("apt-get", ["install", "-y", "-q", "--no-install-recommends", debian], debian);
  if (found() === "") throw new AbsentPeerError(advice);
  return found();
}

function needs(command, args) {
  if (spawnSync(command, args).status !== 0)
    throw new AbsentPeerError(`there is no ${command} on this machine`);
}

function say(what) {
  console.log(`installing ${what} …`);
}

/** Runs a command to its end; its output is in the error where it fails. */
function finish(command, args, what, options = {}, Failure = AbsentPeerError) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    child.on("error", (error) => reject(new AbsentPeerError(`${what}: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Failure(`${output.slice(-3_000)}\n${what} cannot be had`));
    });
  });
}
