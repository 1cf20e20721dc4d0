/** Measures a scenario: a round of each row in turns, so that a slow phase of the machine hits all of them. */
import { runTool } from "./generators.mjs";
import { createRequest } from "./load/requests.mjs";
import { probe } from "./probe.mjs";

/**
 * `servers`: a running server by name. Resolves to rounds by row: requests, milliseconds, microseconds of the server's
 * processor time.
 */
export async function measureScenario(scenario, { servers, methods, generator, pace }) {
  const { name, rows, rate, chart, x } = scenario;
  const targets = [];
  for (const { label, server, load } of rows)
    targets.push({ label, ...(await createTarget(servers.get(server), load, methods)) });
  for (const target of targets) await measureRound(target, generator, pace.warmUpMs, rate);
  const rounds = Object.fromEntries(targets.map(({ label }) => [label, []]));
  for (let round = 0; round < pace.rounds; round++)
    for (let turn = 0; turn < targets.length; turn++) {
      const target = targets[(turn + round) % targets.length];
      rounds[target.label].push(await measureRound(target, generator, pace.roundMs, rate));
    }
  const about = Object.entries({ rate, chart, x }).filter(([, value]) => value !== undefined);
  return { name, ...Object.fromEntries(about), rounds };
}

/** What a generator needs to know to load a server, after one request that is checked. */
async function createTarget(server, load, methods) {
  const method = methods[load.method];
  const port = server.ports[load.tls ? `${load.http}-tls` : load.http];
  const expected = await probe(port, { ...load, method }).catch((error) => {
    throw new Error(`${server.name}: ${error.message}`, { cause: error });
  });
  const request = createRequest(load.protocol, method.path, method.request, method);
  return { ...load, server, port, request, expected };
}

const longestMs = 10_000;

async function measureRound({ server, label: _label, ...target }, generator, ms, rate) {
  if (target.tool !== "own") {
    const before = await server.cpu();
    const result = await runTool(target.tool, target, ms);
    // A server that answers nothing in this time gets four times as long.
    if (result.requests === 0 && ms < longestMs)
      return measureRound({ server, ...target }, generator, 4 * ms, rate);
    return { ...result, cpuMicros: (await server.cpu()) - before };
  }
  await generator.open(target, Math.min(100, ms));
  const before = await server.cpu();
  const result = await generator.run(ms, rate);
  const cpuMicros = (await server.cpu()) - before;
  await generator.close();
  return { ...result, cpuMicros };
}
