import { type Implementation, implement, RpcError } from "@bowline/rpc";
import { ShopService } from "./gen/shop/v1/shop.pb.js";

const prices: ReadonlyMap<string, number> = new Map([
  ["rope", 1250],
  ["knot", 300],
]);

/** The shop of the examples that are about where it is served. */
export const shop: Implementation = implement(ShopService, {
  getPrice({ article }) {
    const cents = prices.get(article);
    if (cents === undefined) throw new RpcError("not_found", `there is no ${article} here`);
    return { cents };
  },

  placeOrder: ({ customer, items }) => ({ receipt: `${items.length} for ${customer}` }),

  async *watchPrice({ article }) {
    const cents = prices.get(article) ?? 0;
    yield { cents };
    yield { cents: cents - 50 };
  },
});
