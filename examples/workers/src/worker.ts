import { createFetchHandler } from "@bowline/web";
import { shop } from "../../shared/src/shop.js";

const fetch = createFetchHandler([shop], {
  // Pages of this origin may call; what no service has is the Worker's own.
  cors: { origins: ["https://app.example.com"] },
  fallback: () => new Response("the shop's Worker\n"),
});

export default { fetch };
