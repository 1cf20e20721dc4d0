import { createChannel, serve } from "@bowline/node";
import {
  createClient,
  createContextKey,
  type Interceptor,
  implement,
  RpcError,
} from "@bowline/rpc";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

const userKey = createContextKey("user", "nobody");

/** For clients and servers alike: says what was called, and how it ended. */
const logging =
  (side: string): Interceptor =>
  (next) =>
  async (call) => {
    try {
      const response = await next(call);
      console.log(`${side}: ${call.method.name} went well`);
      return response;
    } catch (error) {
      console.log(
        `${side}: ${call.method.name} failed, ${RpcError.is(error) ? error.code : error}`,
      );
      throw error;
    }
  };

/** On servers: lets nobody in without a name, and gives it to the handler. */
const authentication: Interceptor = (next) => (call) => {
  const user = call.requestHeaders.get("authorization");
  if (user === undefined) throw new RpcError("unauthenticated", "who are you?");
  call.values.set(userKey, user);
  return next(call);
};

/** On clients: says who calls. */
const credentials: Interceptor = (next) => (call) => {
  call.requestHeaders.set("authorization", "Ada");
  return next(call);
};

const shop = implement(ShopService, {
  placeOrder: (_request, { values }) => ({ receipt: `an order of ${values.get(userKey)}` }),
});
const server = await serve({
  port: 0,
  services: [shop],
  interceptors: [logging("server"), authentication], // the first is the outermost
});

const stranger = createClient(ShopService, createChannel(server.url));
await stranger
  .placeOrder({})
  .then(undefined, ({ message }) => console.log(message.split(": ").at(-1)));

const channel = createChannel(server.url, { interceptors: [logging("client"), credentials] });
console.log((await createClient(ShopService, channel).placeOrder({})).receipt);

await server.stop();
