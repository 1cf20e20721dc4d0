import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "bowline-greet-"));
const main = join(folder, "main.mjs");
const children: ChildProcess[] = [];

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "main.ts")],
    outfile: main,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    conditions: ["@bowline/source"],
    logLevel: "silent",
  });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[], port: string) {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, PORT: port } });
  children.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (output += chunk));
  const ended = new Promise<number | string | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  const wrote = async (text: string) => {
    while (!output.includes(text) && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(output).toContain(text);
  };
  return { child, ended, wrote, output: () => output };
}

it("--once shows each protocol, kind of method and form of message on the wire, and exits with 0", async () => {
  const demo = start(["--once"], "0");
  expect(await demo.ended).toBe(0);
  const blocks = demo
    .output()
    .replaceAll(/ {3}[\d.]+ ms$/gm, "")
    .split("\n\n");
  const block = (number: number) =>
    blocks
      .find((each) => each.startsWith(`${number}. `))
      ?.split("\n")
      .map((line) => line.trim()) ?? [];
  expect(block(1)).toEqual([
    "1. Connect, unary, binary   (HTTP/1.1)",
    "→ POST /greet.v1.GreetService/Greet   application/proto",
    "0a 03 41 64 61",
    "← 200   application/proto",
    "0a 0b 48 65 6c 6c 6f 2c 20 41 64 61 21",
    'await client.greet({ name: "Ada" })',
    "⇒ { greeting: 'Hello, Ada!' }",
  ]);
  expect(block(2)).toContain('{"name":"Grace"}');
  expect(block(2)).toContain('{"greeting":"Hello, Grace!"}');
  expect(block(3)[1]).toMatch(/^→ GET .*Greet\?connect=v1&encoding=json&message=%7B/);
  expect(block(4)).toContain("→ DATA     [00 00 00 00 05] 0a 03 41 64 61   END_STREAM");
  expect(block(4)).toContain("⇒ { greeting: 'Hello, Ada!' }");
  expect(block(5)).toContain("→ POST /greet.v1.GreetService/Greet   application/grpc-web+proto");
  expect(block(5)).toContain("[80 00 00 00 10] grpc-status: 0");
  expect(block(6).filter((line) => line.includes("left"))).toHaveLength(4);
  expect(block(6)).toContain("[02 00 00 00 02] {}");
  expect(block(6)).toContain("⇒ 3, 2, 1");
  expect(block(7)).toContain("⇒ { total: 42n }");
  const ways = block(8).flatMap((line) => /^([→←]) DATA .*\[/.exec(line)?.[1] ?? []);
  expect(ways).toEqual(["→", "←", "→", "←"]);
  expect(block(8)).toContain("⇒ You said: Ahoy / You said: Farewell");
  for (const number of [9, 10]) {
    expect(block(number).at(-1)).toContain("⇒ RpcError invalid_argument: name is empty");
  }
  expect(block(9)).toContain("← 400   application/json");
  expect(block(10)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^← HEADERS .*END_STREAM$/)]),
  );
});

it("prints lines that work, serves until Ctrl-C, says goodbye and exits with 0", async () => {
  const demo = start([], "0");
  await demo.wrote("Ctrl-C ends it.");
  const lines = (tool: string) =>
    [...demo.output().matchAll(new RegExp(`^ {2}(${tool} .*)$`, "gm"))].map(
      ([, line = ""]) => line,
    );
  const run = async (line: string) => {
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", line], { cwd: root });
    return stdout.replaceAll(/\s+/g, "");
  };
  expect(lines("curl")).toHaveLength(2);
  for (const line of lines("curl")) {
    expect(await run(line.replace("curl", "curl -sS"))).toBe('{"greeting":"Hello,Lin!"}');
  }
  const buf = lines("npx buf curl").map((line) => line.replace("npx buf", "node_modules/.bin/buf"));
  expect(await Promise.all(buf.map(run))).toEqual([
    '{"greeting":"Hello,Lin!"}',
    '{"left":3}{"left":2}{"left":1}',
    '{"total":"42"}',
  ]);
  demo.child.kill("SIGINT");
  demo.child.kill("SIGINT");
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toMatch(/Goodbye\.\n$/);
}, 30_000);

it("says that a port is taken and serves on the next one", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address() as { port: number };
  const demo = start(["--once"], String(port));
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toContain(`Port ${port} is taken by another process; trying ${port + 1}.`);
  expect(demo.output()).toMatch(/Serving greet\.v1\.GreetService at http:\/\/127\.0\.0\.1:\d+/);
  holder.close();
});

it("takes any free port when the last one is taken", async () => {
  const holder = createServer();
  // Whoever has the port: it is taken.
  await new Promise((resolve) => {
    holder.once("error", resolve).listen(65_535, "127.0.0.1", () => resolve(undefined));
  });
  const demo = start(["--once"], "65535");
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toContain("Port 65535 is taken by another process; taking any free one.");
  expect(demo.output()).toMatch(/Serving greet\.v1\.GreetService at http:\/\/127\.0\.0\.1:\d+/);
  holder.close();
});

it("--help shows how to use it", async () => {
  const demo = start(["--help"], "0");
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toMatch(/--once[\s\S]*PORT/);
});

it.each([
  [["--onec"], "0", 'unknown argument "--onec"; there are --once and --help'],
  [["x"], "0", 'unknown argument "x"'],
  [[], "http", 'PORT must be a number from 0 to 65535; it is "http"'],
  [[], "65536", "PORT must be a number from 0 to 65535"],
  [[], "-1", "PORT must be a number from 0 to 65535"],
])("refuses %j with PORT=%s in words, with exit code 2", async (args, port, message) => {
  const demo = start(args, port);
  expect(await demo.ended).toBe(2);
  expect(demo.output()).toContain(message);
});
