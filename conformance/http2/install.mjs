/** Installs h2spec with Go, into a folder that is kept between runs. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const version = "v2.2.1+incompatible";
const cache = fileURLToPath(new URL("../../.cache/conformance/http2", import.meta.url));

/** What this machine lacks. `run.mjs` exits with 77 on it, which is a named skip, or a failure in CI. */
export class AbsentPeerError extends Error {}

/** The path of `h2spec`, which tests servers, or of `h2specd`, which tests clients. */
export function installH2spec(name) {
  const folder = join(cache, `h2spec-${version}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  if (spawnSync("go", ["version"]).status !== 0)
    throw new AbsentPeerError("h2spec is built with Go, and there is no go here");
  console.log(`installing ${name} ${version} with go, half a minute or so …`);
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(
    "go",
    ["install", `github.com/summerwind/h2spec/cmd/${name}@${version}`],
    { cwd: folder, env: { ...process.env, GOBIN: folder, GOFLAGS: "" }, stdio: "inherit" },
  );
  if (status !== 0 || !existsSync(program))
    throw new AbsentPeerError(`${name} ${version} cannot be installed with go`);
  return program;
}
