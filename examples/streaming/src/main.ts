import { createChannel, serve } from "@bowline/node";
import { createClient, implement } from "@bowline/rpc";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

const shop = implement(ShopService, {
  // Server stream: a generator. It goes on when the caller has room for more.
  async *watchPrice({ article }) {
    for (let cents = article.length * 100; ; cents -= 50) yield { cents };
  },

  // Client stream: an iterable of requests.
  async addUp(requests) {
    let cents = 0;
    for await (const { article } of requests) cents += article.length * 100;
    return { cents };
  },

  // Both: a generator over an iterable.
  async *haggle(requests) {
    for await (const { cents } of requests) {
      yield { answer: cents < 300 ? `${cents}? Never!` : `${cents} it is.` };
      if (cents >= 300) return;
    }
  },
});
const server = await serve({ port: 0, services: [shop] });
// Both directions at once need HTTP/2, which gRPC always is.
const channel = createChannel(server.url, { protocol: "grpc" });
const client = createClient(ShopService, channel);

for await (const { cents } of client.watchPrice({ article: "rope" })) {
  console.log(`now ${cents} cents`);
  if (cents <= 300) break; // leaves the loop, and ends the call on the server too
}

const { cents } = await client.addUp([{ article: "rope" }, { article: "knot" }]);
console.log(`together ${cents} cents`);

const talk = client.haggle();
await talk.send({ cents: 200 });
for await (const { answer } of talk) {
  console.log(answer);
  if (answer.endsWith("!")) await talk.send({ cents: 300 });
}

await channel.close();
await server.stop();
