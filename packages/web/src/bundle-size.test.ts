// What a page pays for a client: the budgets that the project promises, on esbuild's output.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bundle, bundle } from "../../protoc-gen-bowline/src/fixtures/bundle.js";
import { runProtoc, scratch } from "../../protoc-gen-bowline/src/fixtures/scratch.js";

const kilobyte = 1024;
const folder = scratch("web-bundle");

const schema = `syntax = "proto3";
package greet.v1;
service GreetService { rpc Greet(GreetRequest) returns (GreetResponse); }
message GreetRequest { string name = 1; }
message GreetResponse { string greeting = 1; }
`;

const unary = `import { createUnaryClient } from "@bowline/web/unary";
import { GreetService } from "./gen/greet.pb.js";
export const client = createUnaryClient(GreetService, "https://api.example.com");
`;

const whole = `import { createClient } from "@bowline/rpc";
import { createFetchChannel } from "@bowline/web";
import { GreetService } from "./gen/greet.pb.js";
export const client = createClient(GreetService, createFetchChannel("https://api.example.com"));
`;

let small: Bundle;
let large: Bundle;

beforeAll(async () => {
  const protos = join(folder, "proto");
  mkdirSync(protos, { recursive: true });
  writeFileSync(join(protos, "greet.proto"), schema);
  const { code, output } = runProtoc(protos, ["greet.proto"], join(folder, "gen"), ["target=js"]);
  if (code !== 0) throw new Error(output);
  small = await bundle(folder, "unary", unary);
  large = await bundle(folder, "whole", whole);
  if (process.env.BOWLINE_PRINT_BUNDLE) {
    console.log(`unary ${small.gzip}\n${small.largest}\nwhole ${large.gzip}\n${large.largest}`);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

it("takes at most 20 KB for one unary method with its messages, codec and transport", () => {
  expect(small.gzip, small.largest).toBeLessThanOrEqual(20 * kilobyte);
  expect(small.text).toContain("greet.v1.GreetService");
});

it("takes at most 34 KB with streams, gRPC-Web, interceptors and all else of a channel", () => {
  expect(large.gzip, large.largest).toBeLessThanOrEqual(34 * kilobyte);
});

it.each(["unary", "whole"])("has nothing of Node in it, nor code from text: %s", (name) => {
  const { text, largest } = name === "unary" ? small : large;
  // What of a platform is used where it is there is asked of `globalThis`.
  expect(/["']node:|\brequire\(|\bimport\(|\beval\(|new Function/.exec(text)).toBeNull();
  const strangers = largest
    .split("\n")
    .filter((line) => !/ (?:.*packages\/(?:protobuf|rpc|web)\/dist\/|gen\/|\w+\.js$)/.test(line));
  expect(strangers).toEqual([]);
});

it("calls", async () => {
  const path = join(folder, "run.mjs");
  writeFileSync(path, small.text);
  const { client } = (await import(/* @vite-ignore */ `file://${path}`)) as {
    client: { greet(request: { name: string }): Promise<{ greeting: string }> };
  };
  const before = globalThis.fetch;
  let sent: Uint8Array | undefined;
  globalThis.fetch = async (_, init) => {
    sent = init?.body as Uint8Array;
    return new Response(Uint8Array.of(10, 2, 72, 105), {
      headers: { "content-type": "application/proto" },
    });
  };
  try {
    expect((await client.greet({ name: "Ada" })).greeting).toBe("Hi");
  } finally {
    globalThis.fetch = before;
  }
  expect([...(sent ?? [])]).toEqual([10, 3, 65, 100, 97]);
  expect(readFileSync(path, "utf8").length).toBeGreaterThan(10_000);
});
