/** What servers hold: under load, after it, and for a connection that does nothing. */
import { createRequest } from "./load/requests.mjs";
import { prepareServer, startServer } from "./servers.mjs";

/** What a connection holds is the difference between few and many, so that what is needed once does not count. */
const fewConnections = 1000;
const manyConnections = 5000;

/** Rows that differ in what they serve, not in how, would say the same again. */
export const memoryServers = [
  "bowline",
  "grpc-js",
  "connect-node",
  "node:http",
  "node:http2",
  "grpc-go",
  "tonic",
  "connectrpc",
];

/** Each server in a fresh process, with each HTTP version that it serves. Rust's know nothing of a heap. */
export async function measureMemory(names, { settings, generator, methods, pace }) {
  const list = [];
  for (const name of names) {
    prepareServer(name);
    for (const http of ["1.1", "2"]) {
      const server = await startServer(name, settings);
      if (server.ports[http] !== undefined)
        list.push({
          name,
          http,
          ...(await measureServer(server, http, { generator, methods, pace })),
        });
      await server.stop();
    }
  }
  return list;
}

async function measureServer(server, http, { generator, methods, pace }) {
  const { path, request: message } = methods.Echo;
  const protocol = http === "2" && server.name !== "node:http2" ? "grpc" : "connect";
  const request = createRequest(protocol, path, message);
  const target = { http, port: server.ports[http], request, changing: "none", expected: undefined };
  const expected = protocol === "grpc" ? message.length + 5 : message.length;
  const connect = (count, streams, warmUpMs) =>
    generator.open({ ...target, expected, count, streams }, warmUpMs);
  const streams = http === "2" ? 16 : 1;
  const start = await server.memory();
  await connect(16, streams, pace.warmUpMs);
  await generator.close();
  // Every connection has answered once, and is idle then.
  await connect(fewConnections, 1, 1);
  const before = await settled(server);
  await generator.close();
  await connect(manyConnections, 1, 1);
  const after = await settled(server);
  await generator.close();
  await connect(16, streams, pace.warmUpMs);
  await generator.run(2 * pace.roundMs);
  const loaded = await server.memory();
  await generator.close();
  const held = (memory) => memory.heapUsed + memory.external;
  const added = manyConnections - fewConnections;
  return {
    start,
    loaded,
    idle: {
      rss: (after.rssAfter - before.rssAfter) / added,
      heap: (held(after) - held(before)) / added,
    },
  };
}

/** Memory once connections that went are gone, and what they held is collected. */
async function settled(server) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  await server.memory();
  return server.memory();
}
