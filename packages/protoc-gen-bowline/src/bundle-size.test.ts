// What a bundle pays for one small message: the budgets that the project promises, on esbuild's output.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixtures, runProtoc, scratch } from "./fixtures/scratch.js";

const kilobyte = 1024;
const folder = scratch("bundle");

/** A bundle: how large it is, and what is in it. */
interface Bundle {
  /** Bytes, minified and gzipped. */
  readonly gzip: number;
  readonly text: string;
  /** The largest modules with their minified bytes, for the failure's message. */
  readonly largest: string;
}

async function bundle(name: string, program: string): Promise<Bundle> {
  const entry = join(folder, `${name}.js`);
  writeFileSync(entry, program);
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    metafile: true,
    absWorkingDir: folder,
  });
  const output = outputFiles[0]!;
  const modules = Object.values(metafile.outputs)[0]!.inputs;
  const largest = Object.entries(modules)
    .map(([path, { bytesInOutput }]) => [path.replace(/^(\.\.\/)+/, ""), bytesInOutput] as const)
    .sort(([, x], [, y]) => y - x)
    .filter(([, size]) => size > 0)
    .map(([path, size]) => `${String(size).padStart(6)} ${path}`)
    .join("\n");
  return { gzip: gzipSync(output.contents, { level: 9 }).length, text: output.text, largest };
}

const binary = (file: string): string =>
  `import { User } from "./gen/user/${file}.pb.js";\n` +
  "globalThis.result = User.encode(User.decode(globalThis.input));\n";
const json = (file: string): string =>
  `import { fromJsonString, toJsonString } from "@bowline/protobuf/json";\n${binary(file)}` +
  "globalThis.text = toJsonString(User, fromJsonString(User, globalThis.text));\n";

let small: Bundle;
let withJson: Bundle;
let withOthers: Bundle;

beforeAll(async () => {
  const protos = join(fixtures, "proto-budget");
  const files = ["user/user.proto", "user/with_others.proto"];
  const { code, output } = runProtoc(protos, files, join(folder, "gen"), ["target=js"]);
  if (code !== 0) throw new Error(output);
  small = await bundle("small", binary("user"));
  withJson = await bundle("with-json", json("user"));
  withOthers = await bundle("with-others", binary("with_others"));
  if (process.env.BOWLINE_PRINT_BUNDLE) {
    console.log(`small ${small.gzip}\n${small.largest}`);
    console.log(`with JSON ${withJson.gzip}\n${withJson.largest}`);
    console.log(`beside others ${withOthers.gzip}`);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("a bundle with one small message", () => {
  it("takes at most 12 KB with its binary codec and its descriptor", () => {
    expect(small.gzip, small.largest).toBeLessThanOrEqual(12 * kilobyte);
    expect(small.text).toContain("user.v1.User");
  });

  it("takes at most 10 KB more with JSON", () => {
    expect(withJson.gzip - small.gzip, withJson.largest).toBeLessThanOrEqual(10 * kilobyte);
  });

  it("carries nothing of the file's other messages but their descriptors", () => {
    expect(withOthers.text).toContain("user.v2.User");
    expect(withOthers.text).not.toContain("user.v2.Account");
    const handle = /"(C[A-Za-z0-9+/=]{200,})"/;
    const without = (text: string): number => text.replace(handle, "").length;
    // the parts of the runtime that build enums' descriptors come along; no codec does
    expect(without(withOthers.text) - without(small.text), withOthers.largest).toBeLessThan(
      2 * kilobyte,
    );
    expect(withOthers.text).not.toMatch(/Sint32|deltas|ratios/);
  });

  it("carries nothing of its view", () => {
    expect(small.text).not.toMatch(/\$scan|\$check|on-access/);
    expect(withJson.text).not.toMatch(/\$scan|\$check|on-access/);
  });

  it("runs", async () => {
    const input = Uint8Array.of(8, 1, 18, 1, 97, 42, 1, 98);
    const scope = globalThis as unknown as { input: Uint8Array; result: Uint8Array; text: string };
    scope.input = input;
    scope.text = '{"id":"5","tags":["x"]}';
    const path = join(folder, "run.mjs");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, withJson.text);
    await import(/* @vite-ignore */ `file://${path}`);
    expect(scope.result).toEqual(input);
    expect(scope.text).toBe('{"id":"5","tags":["x"]}');
    expect(readFileSync(path, "utf8")).not.toMatch(/\beval\b|new Function|node:/);
  });
});
