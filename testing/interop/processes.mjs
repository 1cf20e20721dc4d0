/** The programs that a leg of the suite starts: servers that say where they listen, and clients that run to their end. */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { here } from "./paths.mjs";

/** @typedef {[program: string, ...args: string[]]} Command */

const startLimitMs = 20_000;

/**
 * Starts a server and waits for its first line, the ports as JSON. Its further output is in the error if it fails.
 * @param {Command} command
 * @param {Record<string, string>} environment
 */
export async function startServer([program, ...args], environment) {
  const child = start(program, args, environment);
  const tail = collect(child.stderr);
  const lines = createInterface(child.stdout);
  const ended = new Promise((resolve) => child.once("close", resolve));
  const ports = await new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`${program} ${args[0]}: ${what}\n${tail()}`));
    const timer = setTimeout(() => fail("it does not say where it listens"), startLimitMs);
    child.once("error", ({ message }) => fail(message));
    ended.then((code) => fail(`it ended with ${code}`));
    lines.once("line", (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line));
    });
  });
  lines.on("line", () => {});
  return {
    ports,
    async stop() {
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(hard);
    },
  };
}

/**
 * Runs a client to its end. Gives what it says of its cases, and its errors.
 * @param {Command} command
 * @param {Record<string, string>} environment
 * @param {number} limitMs
 */
export async function runClient([program, ...args], environment, limitMs) {
  const child = start(program, args, environment);
  const tail = collect(child.stderr);
  const results = [];
  const strangers = [];
  createInterface(child.stdout).on("line", (line) => {
    if (line.startsWith("{")) results.push(JSON.parse(line));
    else strangers.push(line);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const ending = await new Promise((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (code, signal) => resolve(code === 0 ? "" : `ended by ${signal ?? code}`));
  });
  clearTimeout(timer);
  const noise = [...strangers, tail()].join("\n").trim();
  return { results, trouble: ending === "" ? "" : `${program}: ${ending}\n${noise}` };
}

function start(program, args, environment) {
  return spawn(program, args, {
    cwd: here,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function collect(stream) {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk) => {
    text = (text + chunk).slice(-4_000);
  });
  return () => text;
}

/** Passes connections on to a port of this machine, and counts the bytes both ways. @param {number} port */
export async function startRelay(port) {
  const sockets = new Set();
  const relay = { port: 0, up: 0, down: 0, stop };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    pass(near, far, (bytes) => {
      relay.up += bytes;
    });
    pass(far, near, (bytes) => {
      relay.down += bytes;
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  relay.port = server.address().port;
  return relay;

  function pass(from, to, count) {
    sockets.add(from);
    from.on("data", ({ length }) => count(length));
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }

  function stop() {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}
