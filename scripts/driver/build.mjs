// Compiles with `tsc -b`: what is up to date is left alone. Only `node:` built-ins (see steps.mjs).
import { runNode } from "./steps.mjs";

const tsc = "node_modules/typescript/bin/tsc";

/** Builds the given projects, or all of tsconfig.json. @param {string[]} [projects] */
export async function build(projects = []) {
  await runNode(tsc, ["-b", ...projects]);
}

/** Type-checks everything, tests and examples included, from source. */
export async function typecheck() {
  await runNode(tsc, ["-p", "tsconfig.tests.json"]);
  await runNode(tsc, ["-p", "tsconfig.scripts.json"]);
}
