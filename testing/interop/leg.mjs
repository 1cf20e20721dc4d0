/** Runs one leg: starts its servers, has its clients run their cases, and judges what came of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readReports } from "../../conformance/connect/runner.mjs";
import { faultsOf, judge, onTheWire } from "./judge.mjs";
import { tls } from "./paths.mjs";
import { runClient, startRelay, startServer } from "./processes.mjs";

const clientLimitMs = 120_000;
/** Messages of 10 MB and more are sent by the cases of compressed runs. */
const compressedBytes = 500_000;
/**
 * The number of cases that passed, those that did not, and what else is wrong.
 * @param {import("./peers.mjs").Leg} leg
 * @param {"bowline" | "node"} engine
 */
export async function runLeg(leg, engine) {
  const reports = mkdtempSync(join(tmpdir(), "bowline-interop-"));
  const environment = { BOWLINE_HTTP2: engine, BOWLINE_CONFORMANCE_REPORTS: reports };
  const { server, clients, front } = await leg.prepare();
  const stops = [];
  const troubles = [];
  const results = [];
  try {
    const started = await startServer(server, environment);
    stops.push(started.stop);
    let { ports } = started;
    if (front !== undefined) {
      const proxy = await startServer(front(ports), environment);
      stops.unshift(proxy.stop);
      ports = { ...proxy.ports };
    }
    const relays = new Map();
    const runs = [];
    for (const run of leg.runs) {
      let port = portFor(run, ports);
      if (run.gzip) {
        const relay = await startRelay(port);
        relays.set(run, relay);
        stops.unshift(relay.stop);
        port = relay.port;
      }
      runs.push(addressed(run, port));
    }
    for (const command of clients(runs)) {
      const ran = await runClient(command, environment, clientLimitMs);
      results.push(...ran.results);
      if (ran.trouble !== "") troubles.push(ran.trouble);
    }
    for (const [run, relay] of relays) results.push(wireResult(run, relay));
  } catch (error) {
    troubles.push(error.message);
  } finally {
    for (const stop of stops) await stop();
  }
  troubles.push(...faultsOf(leg, readReports(reports), engine));
  rmSync(reports, { recursive: true, force: true });
  return judge(leg, results, troubles);
}

function portFor({ at, tls: encrypted, http }, ports) {
  const { port, tlsPort, http1Port = port } = ports;
  if (at !== undefined) return ports[at];
  if (encrypted) return tlsPort;
  return http === "1.1" ? http1Port : port;
}

function addressed({ way, tls: encrypted, ...run }, port) {
  if (!encrypted) return { ...run, label: way, url: `http://127.0.0.1:${port}` };
  return { ...run, label: way, url: `https://localhost:${port}`, ca: tls.ca };
}

function wireResult({ way, answersPlain }, { up, down }) {
  const small = (bytes) => bytes > 0 && bytes < compressedBytes;
  const fine = small(up) && (answersPlain || small(down));
  const error = fine ? undefined : `${up} bytes to the server and ${down} from it`;
  return { run: way, case: onTheWire, error };
}
