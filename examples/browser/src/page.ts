import { createClient, RpcError } from "@bowline/rpc";
import { createFetchChannel } from "@bowline/web";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

// The page's own origin; of another one: createFetchChannel("https://api.example.com").
const client = createClient(ShopService, createFetchChannel("/"));

const form = document.querySelector("form") as HTMLFormElement;
const output = document.querySelector("output") as HTMLOutputElement;
let last = new AbortController();

async function watch(): Promise<void> {
  last.abort(); // a call that nobody waits for any more ends, on the server too
  last = new AbortController();
  const article = String(new FormData(form).get("article"));
  output.textContent = "";
  try {
    await client.getPrice({ article }, { signal: last.signal, timeoutMs: 5_000 });
    for await (const { cents } of client.watchPrice({ article }, { signal: last.signal })) {
      output.textContent += ` ${(cents / 100).toFixed(2)} €`;
    }
  } catch (error) {
    if (!RpcError.is(error)) throw error;
    if (error.code !== "canceled") output.textContent = `${error.code}: ${error.rawMessage}`;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  watch();
});
watch();
