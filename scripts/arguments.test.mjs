import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, run, runNode } from "./driver/steps.mjs";

describe("arguments of the scripts", () => {
  test.each([
    ["scripts/start.mjs", "--wat", "--once"],
    ["scripts/start.mjs", "wat", "--once"],
    ["scripts/test.mjs", "--wat", "--testNamePattern"],
    ["scripts/verify.mjs", "wat", "conformance:protobuf"],
    ["scripts/verify.mjs", "--wat", "conformance:protobuf"],
    ["scripts/generate.mjs", "wat", "greet"],
    ["scripts/generate.mjs", "--wat", "--check"],
    ["scripts/pack.mjs", "--wat", "--to"],
    ["conformance/protobuf/run.mjs", "--wat", "--testee"],
    ["bench/protobuf/run.mjs", "--wat", "--only"],
  ])("%s %s is one line that names the valid ones, and exit code 2", async (file, wrong, valid) => {
    const { output } = await runNode(file, [wrong], { accept: [2] });
    expect(output).toContain(wrong);
    expect(output).toContain(valid);
    expect(output.trimEnd().split("\n")).toHaveLength(1);
  });

  test.each([
    "scripts/start.mjs",
    "scripts/test.mjs",
    "scripts/verify.mjs",
    "scripts/generate.mjs",
  ])("%s --help is answered before anything is installed or built", async (file) => {
    const { output } = await run(process.execPath, [join(root, file), "--help"]);
    expect(output).toMatch(/^npm /);
  });
});
