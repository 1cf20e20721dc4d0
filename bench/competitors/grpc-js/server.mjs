import { join } from "node:path";
import { downloadText, summarise } from "../../rpc/handlers.mjs";
import { createLookup } from "../../rpc/redis.mjs";

export async function startServer({ folder }, { redis, tls }) {
  const { Server, ServerCredentials } = await import(join(folder, "imports.mjs"));
  const { BenchServiceService } = await import(join(folder, "gen", "rpc.js"));
  const lookup = await createLookup(redis);
  const server = new Server();
  server.addService(BenchServiceService, {
    echo: (call, reply) => reply(null, call.request),
    echoPayload: (call, reply) => reply(null, call.request),
    ingest: (call, reply) => reply(null, summarise(call.request)),
    download: (call) => {
      for (let index = 1; index <= call.request.count; index++)
        call.write({ index, text: downloadText });
      call.end();
    },
    lookup: (call, reply) => {
      lookup(call.request.key).then((value) => reply(null, { value }), reply);
    },
  });
  const pair = { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) };
  const secure = ServerCredentials.createSsl(null, [pair]);
  const bind = (credentials) =>
    new Promise((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  return {
    ports: { 2: await bind(ServerCredentials.createInsecure()), "2-tls": await bind(secure) },
  };
}
