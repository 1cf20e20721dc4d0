/** The clients of the bench: each in a process of its own on the measured core, its server beside it. */
import { fileURLToPath } from "node:url";
import { loadCore, measuredCore, startProcess } from "../process.mjs";
import { loadGenerated } from "./bowline/prepare.mjs";
import { downloadCount } from "./messages.mjs";
import { prepareServer, startServer } from "./servers.mjs";

const child = fileURLToPath(new URL("./client-child.mjs", import.meta.url));
const moduleOf = (name) =>
  name === "bowline"
    ? new URL("./bowline/client.mjs", import.meta.url).href
    : new URL(`../competitors/${name.replace(":", "-")}/client.mjs`, import.meta.url).href;

const grpcClients = ["bowline", "grpc-js", "nice-grpc", "connect-node", "node:http2"];

/** The server that answers is the one that costs least, so that what limits is the client: over HTTP/2 our own. */
const scenarios = [
  {
    name: "client, connect 1.1 unary, 64 in flight",
    load: { server: "node:http", http: "1.1", protocol: "connect", method: "Echo", inFlight: 64 },
    clients: ["bowline", "connect-node", "node:http"],
  },
  {
    name: "client, grpc unary, 100 in flight",
    load: { server: "bowline", http: "2", protocol: "grpc", method: "Echo", inFlight: 100 },
    clients: grpcClients,
  },
  {
    name: "client, grpc stream of 100, 16 in flight",
    load: { server: "bowline", http: "2", protocol: "grpc", method: "Download", inFlight: 16 },
    clients: grpcClients.filter((name) => name !== "node:http2"),
  },
];

/** Measures every scenario whose clients are wanted: rounds by client, as for servers. */
export async function measureClients(isWanted, { settings, methods, pace, nodeFlags }) {
  const measured = [];
  const { SmallRequest } = await loadGenerated();
  const { userId } = SmallRequest.decode(methods.Echo.request);
  const small = Buffer.from(methods.Echo.request).toString("base64");
  const requests = { small, userId, count: downloadCount };
  for (const { name, load, clients } of scenarios) {
    const wanted = clients.filter((client) => isWanted(name, client));
    if (wanted.length === 0) continue;
    const server = await startServer(load.server, settings, [], loadCore);
    const paths = { Echo: methods.Echo.path, Download: methods.Download.path };
    const target = { ...load, port: server.ports[load.http], paths };
    const running = [];
    for (const client of wanted) {
      const one = startProcess(
        client,
        [process.execPath, ...(nodeFlags ?? []), child],
        measuredCore,
      );
      const info = prepareServer(client);
      await one.ask({ do: "start", url: moduleOf(client), info, target, requests });
      running.push(one);
    }
    measured.push({ name, rounds: await measureRounds(running, load, requests, pace) });
    for (const one of running) await one.stop();
    await server.stop();
  }
  return measured;
}

async function measureRounds(clients, { method, inFlight }, expected, pace) {
  const run = (client, ms) => client.ask({ do: "run", method, inFlight, ms, expected });
  for (const client of clients) await run(client, pace.warmUpMs);
  const rounds = Object.fromEntries(clients.map(({ name }) => [name, []]));
  for (let round = 0; round < pace.rounds; round++)
    for (let turn = 0; turn < clients.length; turn++) {
      const client = clients[(turn + round) % clients.length];
      rounds[client.name].push(await run(client, pace.roundMs));
    }
  return rounds;
}
