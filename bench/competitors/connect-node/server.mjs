import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttp2Server, createSecureServer } from "node:http2";
import { join } from "node:path";
import { download, summarise } from "../../rpc/handlers.mjs";
import { createLookup } from "../../rpc/redis.mjs";

export async function startServer({ folder }, { redis, tls }) {
  const { connectNodeAdapter, create } = await import(join(folder, "imports.mjs"));
  const gen = await import(join(folder, "gen", "rpc_pb.js"));
  const lookup = await createLookup(redis);
  // A response that is a message already is not converted: what `create` makes is the fastest answer.
  const response = (fields) => create(gen.DownloadResponseSchema, fields);
  const routes = (router) =>
    router.service(gen.BenchService, {
      echo: async (request) => request,
      echoPayload: async (request) => request,
      ingest: async (batch) => create(gen.IngestResponseSchema, summarise(batch)),
      download: (request) => download(request, response),
      lookup: async ({ key }) => create(gen.LookupResponseSchema, { value: await lookup(key) }),
    });
  const listen = async (server) => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    return server.address().port;
  };
  return {
    ports: {
      1.1: await listen(createServer(connectNodeAdapter({ routes }))),
      2: await listen(createHttp2Server(connectNodeAdapter({ routes }))),
      "2-tls": await listen(createSecureServer(tls, connectNodeAdapter({ routes }))),
    },
  };
}
