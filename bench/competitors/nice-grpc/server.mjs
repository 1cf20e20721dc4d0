import { join } from "node:path";
import { download, summarise } from "../../rpc/handlers.mjs";
import { createLookup } from "../../rpc/redis.mjs";

export async function startServer({ folder }, { redis }) {
  const { createServer } = await import(join(folder, "imports.mjs"));
  const { BenchServiceDefinition } = await import(join(folder, "gen", "rpc.js"));
  const lookup = await createLookup(redis);
  const server = createServer();
  server.add(BenchServiceDefinition, {
    echo: async (request) => request,
    echoPayload: async (request) => request,
    ingest: async (batch) => summarise(batch),
    download: (request) => download(request),
    lookup: async ({ key }) => ({ value: await lookup(key) }),
  });
  return { ports: { 2: await server.listen("127.0.0.1:0") } };
}
