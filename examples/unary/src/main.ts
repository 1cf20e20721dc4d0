import { createChannel, serve } from "@bowline/node";
import { createClient, implement } from "@bowline/rpc";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

// The server: one function a method. It gets a message and returns one, or a literal.
const shop = implement(ShopService, {
  getPrice: ({ article }) => ({ cents: article.length * 100 }),
});
const server = await serve({ port: 0, services: [shop] });

// The client: a method a method, with types on both sides.
const client = createClient(ShopService, createChannel(server.url));
const { cents } = await client.getPrice({ article: "rope" });
console.log(`a rope costs ${cents} cents`);

// A call is also an object with headers and trailers of its own.
const call = client.getPrice({ article: "anchor" }, { headers: { "x-customer": "Ada" } });
console.log(`an anchor costs ${(await call).cents} cents`);
console.log(`said as ${(await call.headers).get("content-type")}`);

await server.stop();
