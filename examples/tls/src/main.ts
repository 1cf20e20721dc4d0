import { createChannel, serve } from "@bowline/node";
import { createClient, implement, type RpcError } from "@bowline/rpc";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";
import { makeCertificates } from "./certificates.js";

const { ca, server: own, client: ada } = makeCertificates();

const shop = implement(ShopService, {
  placeOrder: (_request, { peer }) => ({
    receipt: `an order of ${peer.tls?.certificate?.subject ?? "nobody"}`,
  }),
});

// TLS: the server shows its certificate, the client checks it.
const secure = await serve({ port: 0, host: "127.0.0.1", services: [shop], tls: own });
const channel = createChannel(secure.url, { tls: { ca, serverName: "localhost" } });
console.log((await createClient(ShopService, channel).placeOrder({})).receipt);

// Mutual TLS: the client shows one, too, and the handler sees whose it is.
const mutual = await serve({
  port: 0,
  host: "127.0.0.1",
  services: [shop],
  tls: { ...own, ca, clientCertificate: "require" },
});
const known = createChannel(mutual.url, { tls: { ca, serverName: "localhost", ...ada } });
console.log((await createClient(ShopService, known).placeOrder({})).receipt);

const stranger = createChannel(mutual.url, { tls: { ca, serverName: "localhost" } });
await createClient(ShopService, stranger)
  .placeOrder({})
  .then(undefined, (error: RpcError) => console.log(`without one: ${error.code}`));

for (const each of [channel, known, stranger]) await each.close();
await secure.stop();
await mutual.stop();
