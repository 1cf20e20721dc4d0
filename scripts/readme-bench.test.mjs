import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./driver/steps.mjs";
import { block, table } from "./readme-bench.mjs";

test("the table shows ratios, and the bar where it is missed", () => {
  const run = {
    machine: { cpu: "x", cores: 2, node: "v20.19.0" },
    bars: [
      { name: "decode a vs protobuf-es", ratio: 4.04, bar: 3.5, met: true },
      { name: "encode a vs protobufjs", ratio: 1.9, bar: 2, met: false },
    ],
  };
  const text = table(run, "one.json");
  expect(text).toContain("| log batch, 22 KB | 4.0 | – | – | 1.9 (bar 2) |");
  expect(text).toContain("1 of 2 bars met");
  expect(block(`# T\n${text}\n`)).toEqual({ text, file: "one.json" });
});

test("the README's table says what the run that it links to says", () => {
  const { text, file } = block(readFileSync(join(root, "README.md"), "utf8"));
  if (file === undefined) {
    expect(text).not.toMatch(/\d/);
    return;
  }
  const run = JSON.parse(readFileSync(join(root, "bench", "history", file), "utf8"));
  expect(text).toBe(table(run, file));
});
