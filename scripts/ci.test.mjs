import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root, run } from "./driver/steps.mjs";

describe(".ci/run", () => {
  /** @type {string} */
  let tree;
  beforeEach(async () => {
    tree = mkdtempSync(join(tmpdir(), "ci-"));
    cpSync(join(root, ".ci"), join(tree, ".ci"), { recursive: true });
    await run("git", ["init", "-q"], { cwd: tree });
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  /** The exit code and the last two lines of a run whose scripts are these. @param {Record<string, string>} scripts */
  async function ci(scripts) {
    writeFileSync(join(tree, "package.json"), JSON.stringify({ scripts }));
    writeFileSync(join(tree, ".git", "info", "exclude"), "*\n");
    const { code, output } = await run(join(tree, ".ci", "run"), [], { accept: [0, 1] });
    return { code, end: output.trimEnd().split("\n").slice(-2) };
  }

  test("ends with a line of exactly passed and failed, the skipped before it", async () => {
    const scripts = {
      test: "echo '2 skipped' && echo '5 passed, 0 failed'",
      verify: "echo '1 skipped' && echo '4 passed, 0 failed'",
    };
    expect(await ci(scripts)).toEqual({ code: 0, end: ["3 skipped", "10 passed, 0 failed"] });
  });

  test("tells the end of each failed suite again", async () => {
    writeFileSync(
      join(tree, "package.json"),
      JSON.stringify({
        scripts: {
          test: "echo 'the cause' && echo '4 passed, 1 failed' && exit 1",
          verify: "seq 1000 && echo '5 passed, 0 failed'",
        },
      }),
    );
    writeFileSync(join(tree, ".git", "info", "exclude"), "*\n");
    const { output } = await run(join(tree, ".ci", "run"), [], { accept: [1] });
    expect(output.split("\n").slice(-70).join("\n")).toContain("the cause");
    expect(output).toMatch(/\n10 passed, 1 failed\n$/);
    expect(output).not.toContain("the end of verify");
  });

  test("counts a suite without a closing line, and one that ends with a code, as failed", async () => {
    const scripts = {
      test: "echo all good",
      verify: "echo '1 skipped' && echo '4 passed, 0 failed' && exit 3",
    };
    const { code, end } = await ci(scripts);
    expect(code).toBe(1);
    expect(end).toEqual(["1 skipped", "5 passed, 2 failed"]);
  });
});
