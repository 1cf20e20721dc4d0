// The examples of docs/reference/generated-code.md compile against what its schema generates.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compile, outcome, root, runProtoc, scratch } from "./fixtures/scratch.js";

const folder = scratch("reference");
afterAll(() => rmSync(folder, { recursive: true }));

it("the reference's examples compile and run", () => {
  const page = readFileSync(join(root, "docs/reference/generated-code.md"), "utf8");
  const fences = [...page.matchAll(/^```(proto|ts) (\S+)\n(.*?)^```$/gms)];
  const programs = fences.filter(([, language]) => language === "ts").map(([, , name]) => name!);
  expect(programs).toEqual(["messages.ts", "views.ts", "enums.ts", "extensions.ts"]);
  mkdirSync(join(folder, "proto"));
  for (const [, language, name, text] of fences) {
    writeFileSync(join(folder, language === "proto" ? "proto" : "", name!), text!);
  }
  expect(runProtoc(join(folder, "proto"), ["library.proto"], join(folder, "gen"))).toEqual({
    code: 0,
    output: "",
  });
  writeFileSync(
    join(folder, "console.d.ts"),
    "declare const console: { log(...values: unknown[]): void };\n",
  );
  expect(compile(folder)).toEqual({ code: 0, output: "" });
  const printed = programs.map(
    (name) => outcome(process.execPath, [join(folder, "js", name.replace(/ts$/, "js"))]).output,
  );
  expect(printed[0]).toMatch(/^Emma 0 2n Uint8Array/);
  expect(printed.slice(1)).toEqual([
    'Emma 3\n{"title":"Emma","authors":["Austen"],"position":{"row":3}}\n[ \'Austen\' ] true\n',
    "1 42\n",
    "true a gift\n",
  ]);
});
