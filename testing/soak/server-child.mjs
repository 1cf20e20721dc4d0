/**
 * The servers of the soak, in a process of their own: one in cleartext, one over TLS. They are restarted on demand, and
 * tell what they hold, and in the end what they did.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@bowline/node";
import { watchEngine } from "../engine.mjs";
import { collectedMemory } from "../flat-memory.mjs";
import { certificate } from "./certificates.mjs";
import { Effects } from "./ledger.mjs";
import { soakService } from "./service.mjs";
import { pendingTimers } from "./timers.mjs";

const leak = process.argv[2];
const leaked = [];
const effects = new Effects();
const watch = watchEngine();
let escaped = 0;
for (const event of ["unhandledRejection", "uncaughtException"]) {
  process.on(event, (error) => {
    escaped++;
    console.error(event, error);
  });
}

const service = soakService((id, messages) => {
  if (leak === "memory") leaked.push(new Uint8Array(16_384));
  if (leak === "loss" && id % 500 === 0) return;
  effects.record(id, messages);
});

const start = (tls) =>
  serve({
    port: 0,
    services: [service],
    signals: false,
    compression: { minBytes: 256 },
    limits: { stallTimeoutMs: 5_000, headersTimeoutMs: 5_000 },
    ...(tls ? { tls: certificate } : {}),
    onError: (error) => {
      if (error.code === "failed_precondition") return;
      escaped++;
      console.error("a handler failed", error);
    },
  });

const servers = { cleartext: await start(false), tls: await start(true) };
const stopping = new Set();

const answers = {
  ports: () => ({ cleartext: servers.cleartext.port, tls: servers.tls.port }),

  /** Another server takes over; the old one says GOAWAY and finishes what it has. */
  async restart({ name }) {
    const old = servers[name];
    servers[name] = await start(name === "tls");
    stop(old);
    return { port: servers[name].port };
  },

  async describe() {
    const all = [...Object.values(servers), ...stopping];
    const sum = (what) => all.reduce((total, server) => total + server.describe()[what], 0);
    const held = { connections: sum("connections"), streams: sum("streams") };
    const memory = (await collectedMemory()) - effects.bytes;
    const sockets = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap");
    return {
      ...held,
      stopping: stopping.size,
      sockets: sockets.length,
      memory,
      escaped,
      engine: watch.engine(),
    };
  },

  /** Everything ends; what is left then is a leak. */
  async stop() {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    const { runs, messages } = effects;
    const open = () => process.getActiveResourcesInfo().filter((name) => /^T(CP|LS)/.test(name));
    // Listeners are gone a moment after they have closed.
    for (let i = 0; i < 40 && open().length + pendingTimers() > 0; i++) await sleep(50);
    return { runs, messages, timers: pendingTimers(), open: open() };
  },
};

function stop(server) {
  stopping.add(server);
  void server.stop({ graceMs: 3_000 }).then(() => stopping.delete(server));
}

process.on("message", async (message) => {
  process.send({ ask: message.ask, ...(await answers[message.what](message)) });
});
process.on("disconnect", () => process.exit());
process.send({ ask: 0 });
