/**
 * `npm run fuzz:http2`: our HTTP/2 engine against `node:http2`, in both roles, through a wire that cuts bytes anew: random
 * headers, sizes, trailers, interleavings, early answers, resets. Both ends know what they should see. Ends with
 * `N passed, N failed`, where each exchange counts.
 */
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { createRandom } from "../protobuf-fuzz/random.mjs";
import { startBowlineClient, startBowlineServer } from "./bowline-peer.mjs";
import { startNodeClient, startNodeServer } from "./node-peer.mjs";
import { bodyOf, byName, createPlan } from "./plan.mjs";
import { createWire } from "./wire.mjs";

const perConnection = 250;
const atOnce = 40;
/** So many seconds without a byte on the wire, or so many of one exchange, are too many. */
const idleSeconds = 30;
const mostSeconds = 600;
const { values: options } = readArguments(
  `npm run fuzz:http2 [-- --exchanges N --seed N --role ROLE]

  --exchanges N   how many, over both roles; default 10,000
  --seed N        default 9113; the same seed makes the same exchanges
  --first N       the number of the first, to repeat one connection: a multiple of ${perConnection}
  --role ROLE     server or client: which one is ours`,
  {
    exchanges: { type: "string" },
    seed: { type: "string" },
    first: { type: "string" },
    role: { type: "string" },
  },
);
const exchanges = Number(options.exchanges ?? 10_000);
const seed = Number(options.seed ?? 9_113);
const roles = options.role === undefined ? ["server", "client"] : [options.role];

const total = { passed: 0, failed: 0 };
const counts = { whole: 0, early: 0, resetByClient: 0, resetByServer: 0 };
const first = Number(options.first ?? 0);
for (let done = first; done < first + exchanges; done += perConnection) {
  const role = roles[(done / perConnection) % roles.length];
  await runConnection(role, done, Math.min(perConnection, first + exchanges - done));
  if (total.failed > 0) break;
}
console.log(
  `seed ${seed}: ${Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(", ")}`,
);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs some exchanges on a connection, many at a time. */
async function runConnection(role, from, count) {
  const random = createRandom(seed + from);
  const largest = random.pick([1, 3, 9, 24, 100, 1_000, 16_393, 65_536]);
  // Large bodies in tiny pieces would take minutes and show nothing more.
  const plans = Array.from({ length: count }, (_, i) =>
    createPlan(random, from + i, largest * 200),
  );
  const byPath = new Map(plans.map((plan) => [plan.path, plan]));
  const arrived = new Map();
  const [near, far] = createWire(random, largest);
  const isServer = role === "server";
  const serve = isServer ? startBowlineServer : startNodeServer;
  const server = serve(
    far,
    (path) => byPath.get(path),
    (plan, seen) => arrived.set(plan, seen),
  );
  const client = isServer ? startNodeClient(near) : startBowlineClient(near);
  const moved = () => near.delivered + far.delivered;
  const waiting = [...plans];
  const workers = Array.from({ length: atOnce }, async () => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
      const seen = await patiently(client.exchange(plan), moved);
      report(plan, role, compare(plan, seen, arrived.get(plan)));
    }
  });
  await Promise.all(workers);
  const faults = [...client.faults, ...server.faults];
  if (faults.length > 0) report(plans[0], role, faults.slice(0, 3).join("; "));
  await settle(() => (isServer ? server.streams() : client.streams()) === 0);
  const left = isServer ? server.streams() : client.streams();
  if (left > 0) report(plans[0], role, `${left} streams were left behind`);
  const ending = await patiently(client.close(), moved);
  if (ending?.lateness !== undefined) report(plans[0], role, `at the end, ${ending.lateness}`);
  near.destroy();
  server.close?.();
}

/** What a promise brings, or that nothing moves any more; by seconds in which this process ran, as others may keep it from it. */
async function patiently(promise, moved) {
  let timer;
  const late = new Promise((resolve) => {
    let [seconds, idle, last] = [0, 0, moved()];
    timer = setInterval(() => {
      idle = moved() === last ? idle + 1 : 0;
      last = moved();
      if (idle === idleSeconds) resolve({ lateness: "nothing happened any more" });
      else if (++seconds === mostSeconds) resolve({ lateness: `it took ${mostSeconds} s` });
    }, 1_000);
  });
  const seen = await Promise.race([promise, late]);
  clearInterval(timer);
  return seen;
}

async function settle(condition) {
  for (let turns = 0; turns < 1_000 && !condition(); turns++)
    await new Promise((resolve) => setImmediate(resolve));
}

/** What is not as planned; `undefined` if all is. */
function compare(plan, seen, request) {
  if (seen.lateness !== undefined) return seen.lateness;
  const { response, resets, isEarly } = plan;
  if (request !== undefined && resets !== "client") {
    if (request.method !== plan.method) return `method ${request.method}`;
    if (byName(request.fields) !== byName(plan.request.fields)) return "the request's fields";
    if (!Buffer.concat(request.body).equals(bodyOf(plan.request))) return "the request's body";
  }
  if (resets !== undefined) {
    counts[resets === "client" ? "resetByClient" : "resetByServer"]++;
    if (resets === "server" && seen.isComplete) return "a response that was given up is complete";
    return undefined;
  }
  counts[isEarly ? "early" : "whole"]++;
  if (!isEarly && request === undefined) return "the request did not arrive";
  if (!seen.isComplete) return `the response is not complete: ${seen.kind ?? seen.code}`;
  if (seen.status !== response.status) return `status ${seen.status}`;
  if (byName(seen.fields) !== byName(response.fields)) return "the response's fields";
  if (!Buffer.concat(seen.body).equals(bodyOf(response))) return "the response's body";
  if (byName(seen.trailers) !== byName(response.trailers)) return "the response's trailers";
  return undefined;
}

function report(plan, role, difference) {
  if (difference === undefined) total.passed++;
  else {
    total.failed++;
    console.log(`exchange ${plan.index}, our ${role}: ${difference}`);
  }
}
