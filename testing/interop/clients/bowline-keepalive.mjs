/**
 * Our client's keepalive with a server of grpc-go that enforces its policy: each case sees by a relay what was asked, and
 * what the server said to it.
 */
import { ok, deepStrictEqual as same } from "node:assert";
import { setTimeout as pause } from "node:timers/promises";
import { createChannel } from "@bowline/node";
import { createClient, RpcError } from "@bowline/rpc";
import { CallCounter } from "../../../conformance/connect/dist/report.js";
import { TestService } from "../dist/gen/grpc/testing/test.pb.js";
import { startFrameRelay } from "./frame-relay.mjs";
import { Outbox } from "./outbox.mjs";
import { givenRuns, report } from "./program.mjs";

const counter = new CallCounter("client");
const refused = { code: 11, debug: "too_many_pings" };
/** What clocks and their rounding may take off a time. */
const clockMs = 3;

const cases = {
  /** With a call open, and nothing on it: each connection that is told so is followed by one that asks half as often. */
  async asked_too_often({ client, connections }) {
    for (const [index, atLeastMs] of [100, 200, 400].entries()) {
      const { error } = await hang(client);
      same([RpcError.is(error), error.code], [true, "resource_exhausted"]);
      ok(/too_many_pings|ENHANCE_YOUR_CALM/.test(error.message), error.message);
      const { pings, goaway } = connections[index];
      same(goaway, refused);
      const shortest = shortestGap(pings);
      ok(shortest >= atLeastMs - clockMs, `${shortest} ms between two, and not ${atLeastMs}`);
      ok(shortest < 2 * atLeastMs, `${shortest} ms between two, and not ${atLeastMs}`);
      for (let i = 0; i < 10; i++) await client.emptyCall({});
      same(connections.length, index + 2);
    }
  },

  /** While no call is open: the server permits that every 2 hours, unless it is told otherwise. */
  async asked_too_often_without_calls({ client, channel, connections }) {
    await client.emptyCall({});
    await until(() => connections[0].goaway !== undefined);
    same(connections[0].goaway, refused);
    await until(() => channel.describe().state === "idle");
    for (let i = 0; i < 10; i++) await client.emptyCall({});
    same(connections.length, 2);
  },

  /** Phases of calls, of calls that wait, of calls that are given up without a byte, and of none. */
  async by_default({ client, connections }) {
    for (let phase = 0; phase < 3; phase++) {
      for (let i = 0; i < 20; i++) await client.emptyCall({});
      const open = openCall(client);
      await open.exchange();
      await pause(200);
      await open.exchange();
      await open.end();
      for (let i = 0; i < 3; i++) {
        const late = await client.unaryCall({}, { timeoutMs: 50 }).catch((error) => error);
        same(late.code, "deadline_exceeded");
      }
      await pause(200);
    }
    same(connections.length, 1);
    same(connections[0].goaway, undefined);
    // Behind a call that was given up it asks, once in 5 minutes.
    ok(connections[0].pings.length <= 1, `it asked ${connections[0].pings.length} times`);
  },

  async as_permitted({ client, connections }) {
    const open = openCall(client);
    await open.exchange();
    await until(() => connections[0].pings.length >= 8);
    await open.exchange();
    await open.end();
    same(connections.length, 1);
    same(connections[0].goaway, undefined);
  },

  async as_permitted_without_calls({ client, channel, connections }) {
    await client.emptyCall({});
    await until(() => connections[0].pings.length >= 8);
    const { roundTripMs } = channel.describe().subchannels[0].connection;
    ok(roundTripMs >= 0 && roundTripMs < 1_000, `the answer took ${roundTripMs} ms`);
    await client.emptyCall({});
    same(connections.length, 1);
    same(connections[0].goaway, undefined);
  },
};

/** What of the channel's options is not as it is by default. */
const keepalives = {
  asked_too_often: { timeMs: 100, timeoutMs: 5_000 },
  asked_too_often_without_calls: { timeMs: 60, timeoutMs: 5_000, withoutCalls: true },
  as_permitted: { timeMs: 60, timeoutMs: 5_000 },
  as_permitted_without_calls: { timeMs: 60, timeoutMs: 5_000, withoutCalls: true },
};

for (const run of givenRuns()) {
  for (const name of run.cases) await report(run, name, () => perform(run, name));
}
process.exit();

async function perform({ url, protocol, http }, name) {
  const relay = await startFrameRelay(url);
  const counting = (next) => (call) => {
    counter.count(protocol, http);
    return next(call);
  };
  const keepalive = keepalives[name];
  const options = keepalive === undefined ? {} : { keepalive };
  const channel = createChannel(relay.url, { protocol, interceptors: [counting], ...options });
  const client = createClient(TestService, channel);
  try {
    await cases[name]({ client, channel, connections: relay.connections });
  } finally {
    channel.close();
    relay.close();
  }
}

/** A call that is open and says nothing, until its end. */
async function hang(client) {
  try {
    for await (const _ of client.fullDuplexCall(new Outbox()));
    return { error: undefined };
  } catch (error) {
    return { error };
  }
}

function openCall(client) {
  const outbox = new Outbox();
  const responses = client.fullDuplexCall(outbox)[Symbol.asyncIterator]();
  return {
    async exchange() {
      outbox.push({});
      same((await responses.next()).done, false);
    },
    async end() {
      outbox.end();
      same((await responses.next()).done, true);
    },
  };
}

function shortestGap(times) {
  return Math.min(...times.slice(1).map((time, index) => time - times[index]));
}

async function until(holds) {
  while (!holds()) await pause(5);
}
