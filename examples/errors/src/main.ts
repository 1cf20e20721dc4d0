import { createChannel, serve } from "@bowline/node";
import { createClient, detail, implement, RpcError } from "@bowline/rpc";
import { BadRequest } from "@bowline/rpc/errdetails";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

const shop = implement(ShopService, {
  placeOrder({ customer, items }) {
    const fieldViolations = items.flatMap(({ quantity }, index) =>
      quantity > 0
        ? []
        : [{ field: `items[${index}].quantity`, description: `is ${quantity}; must be above 0` }],
    );
    if (fieldViolations.length > 0) {
      throw new RpcError("invalid_argument", "the order cannot be taken", {
        details: [detail(BadRequest, { fieldViolations })],
      });
    }
    if (customer === "Bluebeard") throw new Error("the password of the vault is 1234");
    return { receipt: `${items.length} for ${customer}` };
  },
});
const server = await serve({
  port: 0,
  services: [shop],
  onError: (error, { method }) => console.log(`log: ${method.name} failed: ${error}`),
});
const client = createClient(ShopService, createChannel(server.url));

async function order(customer: string, quantity: number): Promise<void> {
  try {
    const items = [{ article: "rope", quantity }];
    console.log((await client.placeOrder({ customer, items })).receipt);
  } catch (error) {
    if (!RpcError.is(error)) throw error;
    console.log(`${error.code}: ${error.rawMessage}`);
    for (const { fieldViolations } of error.details(BadRequest)) {
      for (const { field, description } of fieldViolations)
        console.log(`  ${field} ${description}`);
    }
  }
}

await order("Ada", 2);
await order("Ada", 0);
await order("Bluebeard", 1);

await server.stop();
