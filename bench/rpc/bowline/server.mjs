/** Our server: one port for both HTTP versions and every protocol. */
import { download, summarise } from "../handlers.mjs";
import { createLookup } from "../redis.mjs";
import { loadGenerated, loadPackage } from "./prepare.mjs";

/** `info.views`: batches reach their handler as views. `info.http2`: which HTTP/2 serves where not the default. */
export async function startServer({ views = false, http2 }, { redis, tls }) {
  if (http2 !== undefined) process.env.BOWLINE_HTTP2 = http2;
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
  const listeners = [{ port: 0 }, { port: 0, tls }];
  const { addresses } = await serve({ listeners, services: [service], signals: false });
  const [port, tlsPort] = addresses.map(({ url }) => Number(new URL(url).port));
  return { ports: { 1.1: port, 2: port, "2-tls": tlsPort } };
}
