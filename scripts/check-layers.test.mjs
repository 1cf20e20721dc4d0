import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkLayers, importsOf } from "./check-layers.mjs";

describe("check-layers", () => {
  /** @type {string} */
  let tree;
  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), "layers-"));
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  /** @param {string} path @param {string | object} content */
  function write(path, content) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(
      join(tree, path),
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }

  /** @param {string} code @param {string} [name] @param {string} [file] */
  function problemsOf(code, name = "@bowline/rpc", file = "index.ts") {
    write("packages/it/package.json", { name });
    write(`packages/it/src/${file}`, code);
    return checkLayers(tree).problems;
  }

  test("an import that the table names is allowed", () => {
    expect(problemsOf('import { create } from "@bowline/protobuf/codegen/v1";')).toEqual([]);
  });

  test("what an allowed package brings is allowed", () => {
    expect(problemsOf('import { equals } from "@bowline/protobuf";', "@bowline/node")).toEqual([]);
  });

  test("an import from a higher layer is named with its line", () => {
    expect(problemsOf('\nimport { serve } from "@bowline/node";')).toEqual([
      'packages/it/src/index.ts:2: imports "@bowline/node": @bowline/rpc (layer 1) may import @bowline/protobuf',
    ]);
  });

  test.each([
    ['import type { Server } from "@bowline/node";', "a type import"],
    ['export type { Server } from "@bowline/node";', "a type re-export"],
    ['export * from "@bowline/node";', "a re-export of everything"],
    ['type Server = import("@bowline/node").Server;', "an import type"],
    ['export const later = () => import("@bowline/node");', "a dynamic import"],
    ['import old = require("@bowline/node");', "an import assignment"],
    ['declare module "@bowline/node" {}', "an augmentation"],
  ])("%s is found: %s", (code) => {
    expect(problemsOf(code)).toHaveLength(1);
  });

  test("a text that only looks like an import is none", () => {
    expect(
      importsOf("a.ts", 'const code = `import x from "@bowline/node"`; // import "y"'),
    ).toEqual([]);
  });

  test("a node: import in a package that runs anywhere is named, but not in its tests", () => {
    expect(problemsOf('import "node:fs";')[0]).toContain("no node: import");
    expect(problemsOf('import "node:fs";', "@bowline/rpc", "index.test.ts")).toHaveLength(1);
    rmSync(join(tree, "packages/it/src/index.ts"));
    expect(checkLayers(tree).problems).toEqual([]);
  });

  test("an npm dependency below layer 4 is named", () => {
    expect(problemsOf('import "lodash";')[0]).toContain("no such npm dependency");
  });

  test("a relative import that leaves the package is named", () => {
    expect(problemsOf('import "../../protobuf/src/index.js";')[0]).toContain("leaves the package");
  });

  test("a package that is not in the table is named", () => {
    expect(problemsOf("", "@bowline/misc")[0]).toContain("not in the table");
  });
});
