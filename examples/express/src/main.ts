import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createChannel } from "@bowline/node";
import { expressMiddleware } from "@bowline/node/express";
import { createClient, RpcError } from "@bowline/rpc";
import express from "express";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";
import { shop } from "../../shared/src/shop.js";

const app = express();

// In front: what calls have to pass. What it throws is answered in the protocol of the call.
app.use((request, _response, next) => {
  if (request.headers.authorization === undefined) {
    throw new RpcError("unauthenticated", "who are you?");
  }
  console.log(`${request.method} ${request.url}`);
  next();
});
app.use(expressMiddleware([shop]));
// Behind: parsers, because the body of a call belongs to its service.
app.use(express.json());
app.post("/feedback", (request, response) => {
  response.send(`thanks for ${request.body.stars} stars`);
});

const server = createServer(app);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const channel = createChannel(url);
const client = createClient(ShopService, channel);
const headers = { authorization: "Ada" };
console.log(await client.getPrice({ article: "rope" }, { headers }));
await client.getPrice({ article: "rope" }).then(undefined, ({ code }) => console.log(code));

const answer = await fetch(`${url}/feedback`, {
  method: "POST",
  headers: { ...headers, "content-type": "application/json" },
  body: '{"stars":5}',
});
console.log(await answer.text());

await channel.close();
server.close();
server.closeIdleConnections();
