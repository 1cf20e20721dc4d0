// What a bundle pays for one small message: the budgets that the project promises, on esbuild's output.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, bundle } from "./fixtures/bundle.js";
import { fixtures, runProtoc, scratch } from "./fixtures/scratch.js";

const kilobyte = 1024;
const folder = scratch("bundle");

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
  small = await bundle(folder, "small", binary("user"));
  withJson = await bundle(folder, "with-json", json("user"));
  withOthers = await bundle(folder, "with-others", binary("with_others"));
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
