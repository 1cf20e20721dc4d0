/** Our server: one port for both HTTP versions and every protocol. */
import { download, summarise } from "../handlers.mjs";
import { createLookup } from "../redis.mjs";
import { loadGenerated, loadPackage } from "./prepare.mjs";

/** `info.views`: batches reach their handler as views. `info.engine`: which HTTP/2 serves, `node` or `bowline`. */
export async function startServer({ views = false, engine = "node" }, { redis }) {
  process.env.BOWLINE_HTTP2 = engine;
  const { BenchService, LogBatchView } = await loadGenerated();
  const { implement } = await loadPackage("rpc");
  const { serve } = await loadPackage("node");
  const lookup = await createLookup(redis);
  const handlers = {
    echo: async (request) => request,
    echoPayload: async (request) => request,
    ingest: async (batch) => summarise(batch),
    download: (request) => download(request),
    lookup: async ({ key }) => ({ value: await lookup(key) }),
  };
  const options = views ? [{ request: { ingest: LogBatchView } }] : [];
  const service = implement(BenchService, handlers, ...options);
  const { port } = await serve({ port: 0, services: [service], signals: false });
  return { ports: { 1.1: port, 2: port } };
}
