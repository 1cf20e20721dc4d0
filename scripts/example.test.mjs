import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { root } from "./driver/steps.mjs";
import { bundleExample, exampleNames } from "./example.mjs";

const expected = [
  "deadlines",
  "errors",
  "express",
  "fastify",
  "interceptors",
  "streaming",
  "tls",
  "unary",
  "views",
];

it("knows the examples that run in Node alone", () => {
  expect(exampleNames()).toEqual(expected);
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

for (const name of expected) {
  const needs = name === "tls" ? " (where there is openssl)" : "";
  it.skipIf(name === "tls" && !hasOpenssl)(
    `${name} prints what its README says, and ends by itself${needs}`,
    async () => {
      const readme = readFileSync(join(root, "examples", name, "README.md"), "utf8");
      const said = /^```text\n(.*?)^```$/ms.exec(readme)?.[1];
      const program = await bundleExample(name);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [program]);
      expect(stderr).toBe("");
      expect(stdout).toBe(said);
    },
  );
}
