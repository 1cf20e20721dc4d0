import { setTimeout as pause } from "node:timers/promises";
import { createChannel, serve } from "@bowline/node";
import { createClient, implement, RpcError } from "@bowline/rpc";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

let gaveUp: () => void = () => {};

const shop = implement(ShopService, {
  async getPrice(_request, call) {
    console.log(`the handler has ${Math.ceil((call.timeRemainingMs() ?? 0) / 1000)} s at most`);
    call.signal.addEventListener("abort", () => gaveUp());
    await pause(60_000, undefined, { signal: call.signal }); // work that can be given up
    return { cents: 100 };
  },
});
// However much time callers ask for, they get ten seconds.
const server = await serve({ port: 0, services: [shop], deadline: { maxMs: 10_000 } });
const client = createClient(ShopService, createChannel(server.url));

async function attempt(options: { timeoutMs?: number; signal?: AbortSignal }): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    gaveUp = resolve;
  });
  try {
    await client.getPrice({ article: "rope" }, options);
  } catch (error) {
    if (!RpcError.is(error)) throw error;
    await heard;
    console.log(`the caller has ${error.code}, and the handler gave up`);
  }
}

await attempt({ timeoutMs: 200 });

const controller = new AbortController();
setTimeout(() => controller.abort(), 200);
await attempt({ signal: controller.signal });

await server.stop();
