// What the runs need of the repository, in one bundle: its mock tells messages and errors by their classes.
export { createClient, RpcError } from "@bowline/rpc";
export { createFetchChannel } from "@bowline/web";
export { createMockRouter, playwrightRoute } from "@bowline/web/testing";
export { ShopService } from "../../examples/shared/src/gen/shop/v1/shop.pb.ts";
