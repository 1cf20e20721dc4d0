import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { missingPackage } from "./install.mjs";
import { closingLine, failuresOf, run } from "./steps.mjs";

describe("closingLine", () => {
  test("reads the counts of a suite's last line", () => {
    expect(closingLine("noise\n12 passed, 3 failed\n")).toEqual({
      passed: 12,
      failed: 3,
      skipped: 0,
    });
    expect(closingLine("2 skipped\n12 passed, 0 failed")).toEqual({
      passed: 12,
      failed: 0,
      skipped: 2,
    });
  });

  test("is nothing when the last line is another", () => {
    expect(closingLine("12 passed, 3 failed\nand then it crashed")).toBeUndefined();
  });
});

describe("a driver", () => {
  test("a program that does not end in its time is killed, and that is said", async () => {
    const endless = ["-e", "setInterval(() => {}, 1000)"];
    await expect(run(process.execPath, endless, { timeoutMs: 300 })).rejects.toThrow(
      "did not end in 0.3 s",
    );
    await run(process.execPath, ["-e", ""], { timeoutMs: 60_000 });
  });

  test("tells again at the end what failed, and why", async () => {
    const code = `import { createDriver } from "./scripts/driver/steps.mjs";
      const driver = createDriver("title");
      await driver.step("one", () => ({ passed: 3, failed: 1, output: "✗ case 7\\n\\twhy\\n" }));
      await driver.step("two", () => { throw new Error("broken"); });
      await driver.step("three", () => {});
      driver.finish();`;
    const { output } = await run(process.execPath, ["--input-type=module", "-e", code], {
      accept: [1],
    });
    const end = output.slice(output.indexOf("✓ three"));
    expect(end.split("\n").slice(1, 6)).toEqual(["✗ one", "✗ case 7", "\twhy", "✗ two", "broken"]);
    expect(end).toMatch(/failed: one, two\n4 passed, 2 failed\n$/);
  });

  test("ends with a line of exactly passed and failed, the skipped before it", async () => {
    const code = `import { createDriver } from "./scripts/driver/steps.mjs";
      const driver = createDriver("title");
      await driver.step("one", () => ({ passed: 3, failed: 0, skipped: 1 }));
      driver.skip("two", "no peer");
      driver.finish();`;
    const { output } = await run(process.execPath, ["--input-type=module", "-e", code]);
    expect(output.split("\n").slice(-3)).toEqual(["2 skipped", "3 passed, 0 failed", ""]);
    expect(closingLine(output)).toEqual({ passed: 3, failed: 0, skipped: 2 });
  });
});

describe("failuresOf", () => {
  test("is each failure with what is said of it, and nothing of what passed", () => {
    const output = "✓ one\n✗ two\n\twhy\n✓ three\n  ✗ four\n\n3 passed, 2 failed\n";
    expect(failuresOf(output)).toBe("✗ two\n\twhy\n  ✗ four");
  });

  test("is the end of an output that names none", () => {
    const lines = Array.from({ length: 99 }, (_, i) => `line ${i}`);
    expect(failuresOf(lines.join("\n")).split("\n")).toEqual(lines.slice(-15));
  });

  test("is bounded", () => {
    const output = Array.from({ length: 99 }, (_, i) => `✗ ${i}\n${"why\n".repeat(50)}`).join("");
    expect(failuresOf(output).split("\n").length).toBe(20 * 6 + 1);
    expect(failuresOf(output)).toMatch(/\n… and 79 more$/);
  });
});

describe("run", () => {
  test("throws with the output and the code of a program that fails", async () => {
    const code = "console.log('what happened'); process.exit(3)";
    await expect(run(process.execPath, ["-e", code])).rejects.toThrow(/what happened[\s\S]*code 3/);
  });

  test("throws when a program is ended by a signal, whatever codes are accepted", async () => {
    const code = "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)";
    await expect(run(process.execPath, ["-e", code], { accept: [0, 1] })).rejects.toThrow(
      "SIGKILL",
    );
  });
});

describe("missingPackage", () => {
  /** @type {string} */
  let tree;
  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), "install-"));
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  /** @param {Record<string, object>} wanted @param {Record<string, object>} [installed] */
  function lay(wanted, installed) {
    writeFileSync(join(tree, "package-lock.json"), JSON.stringify({ packages: wanted }));
    if (!installed) return;
    for (const path of Object.keys(installed)) mkdirSync(join(tree, path), { recursive: true });
    writeFileSync(
      join(tree, "node_modules", ".package-lock.json"),
      JSON.stringify({ packages: installed }),
    );
  }
  const one = { "node_modules/one": { version: "1.0.0" } };

  test("is node_modules in a fresh clone", () => {
    lay(one);
    expect(missingPackage(tree)).toBe("node_modules");
  });

  test("is nothing when everything is installed in its version", () => {
    lay({ "": {}, ...one }, one);
    expect(missingPackage(tree)).toBeUndefined();
  });

  test("names a package in another version", () => {
    lay({ "node_modules/one": { version: "1.0.1" } }, one);
    expect(missingPackage(tree)).toBe("one");
  });

  test("names a package whose folder is gone", () => {
    lay(one, one);
    rmSync(join(tree, "node_modules", "one"), { recursive: true });
    expect(missingPackage(tree)).toBe("one");
  });

  test("does not miss an optional package of another platform", () => {
    lay({ ...one, "node_modules/two": { version: "1.0.0", optional: true } }, one);
    expect(missingPackage(tree)).toBeUndefined();
  });
});
