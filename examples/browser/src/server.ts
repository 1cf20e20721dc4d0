import { serve } from "@bowline/node";
import { createServer } from "vite";
import { shop } from "../../shared/src/shop.js";

// One origin for the page and its calls: what no service has goes to Vite, which builds the page as it is asked for.
const vite = await createServer({ server: { middlewareMode: true, ws: false } });
const server = await serve({
  port: Number(process.env.PORT ?? 8080),
  services: [shop],
  fallback: vite.middlewares,
});
console.log(`open ${server.url}`);
