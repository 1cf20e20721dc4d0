import { createChannel } from "@bowline/node";
import { fastifyPlugin } from "@bowline/node/fastify";
import { createClient, RpcError } from "@bowline/rpc";
import { fastify } from "fastify";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";
import { shop } from "../../shared/src/shop.js";

// http2: true lets callers speak gRPC too; without it, Connect and gRPC-Web.
const app = fastify({ http2: true });

// Hooks run before a call. What they throw is answered in the protocol of the call.
app.addHook("onRequest", async ({ method, url, headers }) => {
  if (headers.authorization === undefined) throw new RpcError("unauthenticated", "who are you?");
  console.log(`${method} ${url}`);
});
await app.register(fastifyPlugin, { services: [shop] });
const url = await app.listen({ port: 0, host: "127.0.0.1" });

const channel = createChannel(url, { protocol: "grpc" });
const client = createClient(ShopService, channel);
const headers = { authorization: "Ada" };
console.log(await client.getPrice({ article: "rope" }, { headers }));
for await (const { cents } of client.watchPrice({ article: "rope" }, { headers })) {
  console.log(`now ${cents} cents`);
}
await client.getPrice({ article: "rope" }).then(undefined, ({ code }) => console.log(code));

await channel.close();
await app.close();
