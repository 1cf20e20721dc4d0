import { createServer } from "node:net";
import { createClient } from "@bowline/rpc";
import { afterEach, expect, it } from "vitest";
import { createChannel } from "./channel.js";
import { EchoService, echoService } from "./fixtures/echo-service.js";
import { type RunningScript, runScript } from "./fixtures/run-script.js";
import { serve } from "./serve.js";

const scripts: RunningScript[] = [];
afterEach(() => {
  for (const script of scripts.splice(0)) script[Symbol.dispose]();
});

async function run(source: string): Promise<RunningScript> {
  const script = await runScript(source);
  scripts.push(script);
  return script;
}

/** A server whose handler answers when SIGUSR2 comes. */
const slowServer = (options: string) => `
  import { serve } from "../serve.js";
  import { echoService } from "./echo-service.js";
  const service = echoService(async (request) => {
    console.log("called");
    await new Promise((resolve) => process.once("SIGUSR2", resolve));
    return request;
  });
  const server = await serve({ port: 0, services: [service], ${options} });
  console.log("url=" + server.url + ";");
`;

async function urlOf(script: RunningScript): Promise<string> {
  await script.wrote(";");
  return /url=(.*);/.exec(script.output())?.[1] as string;
}

it("a script that made its calls ends by itself, though its channel was never closed", async () => {
  const server = await serve({ port: 0, services: [echoService()], signals: false });
  const script = await run(`
    import { createClient } from "@bowline/rpc";
    import { createChannel } from "../channel.js";
    import { EchoService } from "./echo-service.js";
    const client = createClient(EchoService, createChannel(${JSON.stringify(server.url)}));
    const both = await Promise.all([client.echo({ name: "a" }, { timeoutMs: 60_000 }), client.echo({ name: "b" })]);
    console.log(both.map((each) => each.name).join());
  `);
  expect(await script.ended).toBe(0);
  expect(script.output()).toBe("a,b\n");
  await server.stop();
});

it("a script that made its calls over HTTP/2 ends by itself, too", async () => {
  const server = await serve({ port: 0, services: [echoService()], signals: false });
  const script = await run(`
    import { createClient } from "@bowline/rpc";
    import { createChannel } from "../channel.js";
    import { EchoService } from "./echo-service.js";
    const channel = createChannel(${JSON.stringify(server.url)}, { httpVersion: "2" });
    const client = createClient(EchoService, channel);
    const first = await client.echo({ name: "a" }, { timeoutMs: 60_000 });
    const second = await client.echo({ name: "b" });
    const connection = () => channel.describe().subchannels[0].connection;
    while (connection().openStreams > 0) await new Promise((resolve) => setImmediate(resolve));
    console.log(first.name, second.name, connection().httpVersion);
  `);
  expect(await script.ended).toBe(0);
  expect(script.output()).toBe("a b 2\n");
  await server.stop();
});

it("an attempt to connect keeps a process as long as a call waits for it, and no longer", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const script = await run(`
    import { createClient } from "@bowline/rpc";
    import { createChannel } from "../channel.js";
    import { EchoService } from "./echo-service.js";
    const channel = createChannel("http://127.0.0.1:${port}", { httpVersion: "2" });
    const call = createClient(EchoService, channel).echo({});
    setTimeout(() => call.cancel(), 300).unref();
    console.log(await call.catch((error) => error.code), channel.describe().state);
    process.on("exit", () => console.log(channel.describe().state));
  `);
  expect(await script.ended).toBe(0);
  expect(script.output()).toBe("canceled connecting\nconnecting\n");
  silent.close();
});

it("on SIGTERM a server lets the calls under way finish, then the process exits with 0", async () => {
  const script = await run(slowServer(""));
  await using channel = createChannel(await urlOf(script));
  const call = createClient(EchoService, channel).echo({ name: "a" });
  await script.wrote("called");
  script.process.kill("SIGTERM");
  while (true) {
    const refused = await fetch(channel.target).then(
      () => false,
      () => true,
    );
    if (refused) break;
  }
  script.process.kill("SIGUSR2");
  expect((await call).name).toBe("a");
  expect(await script.ended).toBe(0);
});

it("a second SIGTERM ends the process at once", async () => {
  const script = await run(slowServer(""));
  await using channel = createChannel(await urlOf(script));
  const failed = createClient(EchoService, channel)
    .echo({})
    .catch((error: unknown) => error);
  await script.wrote("called");
  script.process.kill("SIGTERM");
  while (
    await fetch(channel.target).then(
      () => true,
      () => false,
    )
  );
  script.process.kill("SIGTERM");
  expect(await script.ended).toBe(143);
  expect(await failed).toMatchObject({ code: "unavailable", reason: "BOWLINE_LOST" });
});

it("with signals: false SIGTERM is left alone", async () => {
  const script = await run(slowServer("signals: false"));
  await urlOf(script);
  script.process.kill("SIGTERM");
  expect(await script.ended).toBe("SIGTERM");
});

it("a server that was stopped by hand does not keep the process, nor its listener on the signal", async () => {
  const script = await run(`
    ${slowServer("")}
    await server.stop();
    console.log("listeners=" + process.listenerCount("SIGTERM"));
  `);
  expect(await script.ended).toBe(0);
  expect(script.output()).toContain("listeners=0");
});
