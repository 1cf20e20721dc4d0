/**
 * Starts Chromium with the page, and hands it the calls that come in on stdin. The page is of another origin than the
 * servers that it calls, and under a content security policy: CORS and CSP are the browser's own.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFrames, writeFrame } from "../wire/frames.js";
import { countCall } from "./call-counts.js";
import { writeReport } from "./report.js";

const [path, bundle] = process.argv.slice(2) as [string, string];
const script = readFileSync(bundle);
const html = '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>';
const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self' http://127.0.0.1:* https://127.0.0.1:*";

const frames = readFrames(process.stdin);
const calls: Record<string, number> = {};
let finished: () => void = () => {};
const allFinished = new Promise<void>((resolve) => {
  finished = resolve;
});
/** One frame is asked for after the other, whoever waits. */
let reading: Promise<unknown> = Promise.resolve();
/** Requests of the runner that the page has, or waits for. */
let waiting = 0;

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;
const profile = mkdtempSync(join(tmpdir(), "conformance-chromium-"));
const browser = spawn(
  path,
  [
    ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    ...["--disable-background-networking", "--disable-component-update", "--no-first-run"],
    // The suite's servers have certificates of their own making.
    ...["--ignore-certificate-errors", `--user-data-dir=${profile}`],
    `http://127.0.0.1:${port}/`,
  ],
  { stdio: "ignore" },
);
browser.once("exit", (code) => {
  console.error(`the browser ended with code ${code}`);
  process.exit(1);
});
await allFinished;
browser.removeAllListeners("exit");
const gone = new Promise((resolve) => browser.once("exit", resolve));
browser.kill("SIGKILL");
await gone;
const runtime = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim();
writeReport({ role: "client", runtime, calls });
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
process.exit(0);

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.url) {
    case "/":
      response.setHeader("content-security-policy", policy);
      response.setHeader("content-type", "text/html");
      response.end(html);
      return;
    case "/page.js":
      response.setHeader("content-type", "text/javascript");
      response.end(script);
      return;
    case "/next":
      await giveNext(response);
      return;
    case "/result":
      await takeResult(request, response);
      return;
    default:
      response.writeHead(404).end();
  }
}

async function giveNext(response: ServerResponse): Promise<void> {
  waiting++;
  const next = reading.then(() => frames.next());
  reading = next;
  const { value } = await next;
  response.setHeader("cache-control", "no-store");
  if (value !== undefined) response.end(value);
  else {
    response.writeHead(204).end();
    if (--waiting === 0) finished();
  }
}

async function takeResult(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  writeFrame(process.stdout, Buffer.concat(chunks));
  countCall(calls, String(request.headers["x-protocol"]));
  waiting--;
  response.writeHead(204).end();
}
