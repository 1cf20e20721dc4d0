/** A Redis of our own on a free port, and the smallest client: GET, pipelined on one connection. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { loadCore, pinned } from "../process.mjs";

export const hasRedis = () => spawnSync("redis-server", ["--version"]).status === 0;

/** Key and value that the handlers ask for. */
export const redisEntry = { key: "user:4711", value: "Ada Lovelace, London, since 1815" };

/** Starts `redis-server`, beside the load, with one entry in it. Resolves to its port. */
export async function startRedis() {
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const [program, ...args] = pinned(["redis-server", ...flags], loadCore);
  const running = spawn(program, args, { stdio: "ignore" });
  const exited = once(running, "exit");
  // Also when the bench fails or is interrupted: nothing of it stays behind.
  process.once("exit", () => running.kill());
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  await set(port, redisEntry);
  const stop = async () => {
    running.kill();
    await exited;
  };
  return { port, stop };
}

/** A function that asks for a key; `undefined` without a Redis. */
export async function createLookup(port) {
  if (port === undefined) return undefined;
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  await once(socket, "connect");
  const waiting = [];
  let rest = "";
  socket.setEncoding("latin1").on("data", (text) => {
    rest += text;
    let at = 0;
    for (;;) {
      const line = rest.indexOf("\r\n", at);
      if (line < 0) break;
      const length = Number(rest.slice(at + 1, line));
      const end = line + 2 + length;
      if (rest.length < end + 2) break;
      waiting.shift()(rest.slice(line + 2, end));
      at = end + 2;
    }
    rest = rest.slice(at);
  });
  let commands = "";
  const flush = () => {
    socket.write(commands);
    commands = "";
  };
  return (key) => {
    if (commands === "") queueMicrotask(flush);
    commands += `*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`;
    return new Promise((resolve) => waiting.push(resolve));
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Sets the entry once the server listens. */
async function set(port, { key, value }) {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      socket.end(`SET ${key} "${value}"\r\n`);
      const [answer] = await once(socket, "data");
      if (String(answer) === "+OK\r\n") return;
      throw new Error(`redis-server answered ${answer}`);
    } catch (error) {
      if (error.code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`redis-server does not listen on ${port}`);
}
