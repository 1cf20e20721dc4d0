import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

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

it("--once shows a binary, a JSON and a refused exchange, and exits with 0", async () => {
  const demo = start(["--once"], "0");
  expect(await demo.ended).toBe(0);
  const lines = demo
    .output()
    .split("\n")
    .map((line) => line.trim());
  expect(lines).toContain("request   application/proto   5 bytes   0a 03 41 64 61");
  expect(lines).toContain(
    "response  application/proto  13 bytes   0a 0b 48 65 6c 6c 6f 2c 20 41 64 61 21",
  );
  expect(lines).toContain('request   application/json   16 bytes   {"name":"Grace"}');
  expect(lines).toContain('response  application/json   28 bytes   {"greeting":"Hello, Grace!"}');
  expect(demo.output()).toContain("RpcError invalid_argument: name is empty");
});

it("prints a curl line that works, serves until Ctrl-C, says goodbye and exits with 0", async () => {
  const demo = start([], "0");
  await demo.wrote("Ctrl-C ends it.");
  const line = /^ {2}(curl .*)$/m.exec(demo.output())?.[1] as string;
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", line.replace("curl", "curl -sS")]);
  expect(JSON.parse(stdout)).toEqual({ greeting: "Hello, Lin!" });
  demo.child.kill("SIGINT");
  demo.child.kill("SIGINT");
  expect(await demo.ended).toBe(0);
  expect(demo.output()).toMatch(/Goodbye\.\n$/);
});

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
