// The page of the runs with Playwright: what it was answered stands in its text, as JSON.
import { createClient, RpcError } from "@bowline/rpc";
import { createFetchChannel } from "@bowline/web";
import { ShopService } from "../../examples/shared/src/gen/shop/v1/shop.pb.ts";

/** @param {() => Promise<unknown>} attempt */
async function outcome(attempt) {
  try {
    return await attempt();
  } catch (error) {
    return RpcError.is(error) ? `${error.code}: ${error.rawMessage}` : String(error);
  }
}

/** @type {Record<string, unknown>} */
const said = {};
for (const protocol of /** @type {const} */ (["connect", "grpc-web"])) {
  const channel = createFetchChannel("https://api.example.com/rpc", { protocol });
  const shop = createClient(ShopService, channel);
  const headers = { authorization: "me" };
  said[protocol] = {
    price: await outcome(async () => (await shop.getPrice({ article: "rope" }, { headers })).cents),
    none: await outcome(() => shop.getPrice({ article: "anchor" })),
    order: await outcome(async () => (await shop.placeOrder({ customer: "Ada" })).receipt.length),
    watched: await outcome(async () => {
      const cents = [];
      for await (const each of shop.watchPrice({ article: "rope" })) cents.push(each.cents);
      return cents;
    }),
  };
}
const other = await fetch("https://app.example.com/other");
document.body.textContent = JSON.stringify({ ...said, other: await other.text() });
