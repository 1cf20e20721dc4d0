/** Load, faults and the checks of one soak. */
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "@bowline/rpc";
import { wantedEngine, watchEngine } from "../engine.mjs";
import { collectedMemory, judgeMemory } from "../flat-memory.mjs";
import { createRandom } from "../protobuf-fuzz/random.mjs";
import { audit, Claims } from "./ledger.mjs";
import { openChannel, runLoad, ways, within } from "./load.mjs";
import { createProxy, proxyFaults } from "./proxy.mjs";
import { order, SoakService } from "./service.mjs";
import { pendingTimers } from "./timers.mjs";

/** Rounds of load; memory is measured after each but the first six, while the runtime still compiles. */
export const rounds = 30;
const warmUp = 6;
/** One fault of each kind that often, and one restart. */
const paceMs = 350;
const faultKinds = [...proxyFaults, "restart", "cancel", "deadline", "leave"];

/** How often each kind of fault has to have happened: 1,000 times in ten minutes, 100 times in CI's two. */
const faultFloor = (seconds) => (seconds >= 600 ? 1_000 : Math.floor((seconds * 100) / 120));

/** One soak: `start`, then `round` for each sample of memory, then `finish`. */
export class Soak {
  troubles = [];
  #random;
  #seconds;
  #leak;
  #counts = new Map();
  #claims = new Claims();
  #memory = { client: [], server: [] };
  #watch = watchEngine();
  #escaped = [];
  #asked = 0;
  #round = 0;
  #answers = new Map();
  #leaked = [];

  constructor(seconds, seed, leak) {
    this.#leak = leak;
    this.#seconds = seconds;
    this.#random = createRandom(seed);
  }

  async start() {
    const note = (error) => this.#escaped.push(error);
    process.on("unhandledRejection", note).on("uncaughtException", note);
    this.child = fork(
      fileURLToPath(new URL("./server-child.mjs", import.meta.url)),
      this.#leak === undefined ? [] : [this.#leak],
      { execArgv: process.execArgv, serialization: "advanced" },
    );
    const ready = new Promise((resolve) => this.#answers.set(0, { resolve }));
    this.child.on("message", ({ ask, ...answer }) => {
      this.#answers.get(ask)?.resolve(answer);
      this.#answers.delete(ask);
    });
    this.child.on("exit", (code) => {
      for (const { reject } of this.#answers.values())
        reject?.(new Error(`the servers' process ended: ${code}`));
    });
    await ready;
    const ports = await this.#ask("ports");
    this.proxies = {};
    for (const name of Object.keys(ports))
      this.proxies[name] = await createProxy(ports[name], this.#random, (fault) =>
        this.#tally(fault),
      );
    this.ports = Object.fromEntries(
      Object.entries(this.proxies).map(([name, { port }]) => [name, port]),
    );
    this.resources = resources();
  }

  /** Load and faults for a while, then nothing: what is left then is counted, and memory measured. */
  async round() {
    const end = performance.now() + (this.#seconds * 1_000) / rounds;
    const isOver = () => performance.now() >= end || this.#escaped.length > 0;
    const load = runLoad({
      ports: this.ports,
      isOver,
      claims: this.#claims,
      tally: (name) => this.#tally(name),
      random: this.#random,
    });
    await Promise.all([load, this.#breakThings(isOver)]);
    if (this.#leak === "timer") setTimeout(() => {}, 2 ** 30).unref();
    if (this.#leak === "stream") await this.#leaveStreamOpen();
    const held = await this.#rest();
    if (this.#round++ >= warmUp) {
      this.#memory.server.push(held.memory);
      this.#memory.client.push((await collectedMemory()) - this.#claims.bytes);
    }
    if (held.escaped > 0) throw new Error(`${held.escaped} errors escaped on the server`);
    if (held.engine !== wantedEngine || this.#watch.engine() !== wantedEngine)
      throw new Error(`HTTP/2 ran on ${held.engine} and ${this.#watch.engine()}`);
    if (this.#escaped.length > 0)
      throw new Error(`${this.#escaped.length} errors escaped`, { cause: this.#escaped[0] });
  }

  /** The last checks: everything stopped, held against each other, and counted. */
  async finish() {
    for (const way of ways) await this.#freshCall(way);
    await this.#rest();
    const left = await this.#ask("stop");
    this.#expect(`the servers left ${left.timers} timers`, left.timers === 0);
    this.#expect(`the servers left ${left.open.join(", ")}`, left.open.length === 0);
    for (const proxy of Object.values(this.proxies)) await proxy.close();
    this.child.disconnect();
    this.#report(audit(this.#claims, left));
  }

  #report(found) {
    for (const [name, times] of [...this.#counts].sort())
      console.log(`  ${String(times).padStart(8)}  ${name}`);
    console.log(`  HTTP/2 on ${wantedEngine}, both sides; ${this.#claims.calls} calls`);
    console.log(
      `  ${found.acknowledged} acknowledged, ids adding up to ${found.sums[0]} for the client and ${found.sums[1]} for the server; ${found.failed} failed`,
    );
    const { faults } = found;
    this.#expect(`${faults.length} calls: ${faults.slice(0, 5).join("; ")}`, faults.length === 0);
    for (const [side, memory] of Object.entries(this.#memory)) {
      const { text, isFlat } = judgeMemory(memory);
      console.log(`  ${side}: ${text}`);
      this.#expect(`the ${side}'s memory is not flat: ${text}`, isFlat);
    }
    const floor = faultFloor(this.#seconds);
    console.log(`  at least ${floor} of each fault asked for`);
    for (const kind of faultKinds) {
      const times = this.#counts.get(kind) ?? 0;
      this.#expect(`${kind} happened ${times} times only`, times >= floor);
    }
  }

  #expect(trouble, holds) {
    if (!holds) this.troubles.push(trouble);
  }

  #tally(name) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** Each kind of fault at its pace, and restarts of one server after the other. */
  async #breakThings(isOver) {
    const each = async (everyMs, act) => {
      while (!isOver()) {
        await act();
        await sleep(everyMs);
      }
    };
    const somewhere = () => this.#random.pick(Object.values(this.proxies));
    await Promise.all([
      ...proxyFaults.map((kind) => each(paceMs, () => somewhere().fault(kind))),
      each(paceMs, async () => {
        const name = this.#random.pick(Object.keys(this.proxies));
        const { port } = await this.#ask("restart", { name });
        this.proxies[name].target = port;
        this.#tally("restart");
      }),
    ]);
  }

  /** Waits until nothing is open any more on either side, and returns what the servers hold then. */
  async #rest() {
    const limit = performance.now() + 10_000;
    for (;;) {
      // What is held up does not see that a side has closed.
      for (const proxy of Object.values(this.proxies)) proxy.release();
      const held = await this.#ask("describe");
      const proxied = Object.values(this.proxies).reduce((sum, each) => sum + each.connections, 0);
      const here = { timers: pendingTimers(), resources: resources() };
      const isAtRest =
        held.connections + held.streams + held.stopping + held.sockets + proxied + here.timers ===
          0 && here.resources === this.resources;
      if (isAtRest) return held;
      if (performance.now() > limit) {
        const { memory: _, engine: __, ...servers } = held;
        const pairs = Object.values(this.proxies).flatMap((proxy) => proxy.describe());
        const left = { servers, proxied, ...here, pairs };
        throw new Error(
          `something is left open: ${JSON.stringify(left)}; at first ${this.resources}`,
        );
      }
      await sleep(50);
    }
  }

  async #freshCall(way) {
    const channel = openChannel(way, this.ports[way.name]);
    const id = this.#claims.begin();
    const call = createClient(SoakService, channel).echo({ typeUrl: order({ id }) });
    const { typeUrl } = await within(10_000, "a fresh call", call);
    if (typeUrl !== `${id}/0`) throw new Error(`a fresh call was answered with ${typeUrl}`);
    this.#claims.acknowledged(id, 1);
    await channel.close();
  }

  async #leaveStreamOpen() {
    const channel = openChannel(ways[2], this.ports[ways[2].name]);
    const call = createClient(SoakService, channel).chat();
    call.headers.catch(() => {});
    await call.send({ typeUrl: order({ id: this.#claims.begin() }) });
    this.#leaked.push(channel, call);
  }

  #ask(what, more = {}) {
    const ask = ++this.#asked;
    this.child.send({ ask, what, ...more });
    return new Promise((resolve, reject) => this.#answers.set(ask, { resolve, reject }));
  }
}

/** What keeps this process alive, in one line. */
function resources() {
  const names = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|TLS/.test(name));
  return names.sort().join(", ");
}
