import { createChannel, serve } from "@bowline/node";
import { createClient, implement } from "@bowline/rpc";
import { PlaceOrderRequestView, ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

const shop = implement(
  ShopService,
  {
    // A view reads the bytes that came, and makes a string or a message only of what is asked for.
    placeOrder(order) {
      let pieces = 0;
      for (const { quantity } of order.items) pieces += quantity;
      const last = order.items.at(-1);
      console.log(`the last of ${order.items.length} items: ${last?.quantity} × ${last?.article}`);
      // Views live as long as their bytes. What stays longer is taken out of them.
      return { receipt: `${pieces} pieces for ${order.customer}` };
    },
  },
  { request: { placeOrder: PlaceOrderRequestView } },
);
const server = await serve({ port: 0, services: [shop] });
const client = createClient(ShopService, createChannel(server.url));

const items = Array.from({ length: 10_000 }, (_, i) => ({ article: `knot ${i}`, quantity: 2 }));
console.log((await client.placeOrder({ customer: "Ada", items })).receipt);

await server.stop();
