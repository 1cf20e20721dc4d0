// `npm run examples`: the examples that need more than Node and npm, each started as its README says: the pages in a real
// Chromium, the Worker in workerd. Closes with `N passed, N failed`; exit code 77 where one of the two cannot be had.
import { AbsentError, installChromium } from "../../conformance/runtimes/install.mjs";
import { build } from "../../scripts/driver/build.mjs";
import { startServer } from "../../scripts/example.mjs";
import { freePort, openPage } from "../page.mjs";

const timeout = 60_000;
const path = "/shop.v1.ShopService";
let passed = 0;
let failed = 0;

/** @param {string} what @param {boolean} holds @param {string} found */
function check(what, holds, found) {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? "✓" : "✗"} ${what}`);
  if (!holds) console.log(found);
}

/** The text of a page. @param {string} chromium @param {string} url */
function textOf(chromium, url) {
  const html = openPage(chromium, url);
  return html
    .replaceAll(/<!--.*?-->/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

/** @param {string} url @param {string} method @param {object} message @param {Record<string, string>} [headers] */
async function call(url, method, message, headers = {}) {
  const response = await fetch(`${url}${path}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(timeout),
  });
  return `${response.status} ${await response.text()}`;
}

/** @type {Record<string, (url: string) => void | Promise<void>>} */
const checks = {
  browser(url) {
    const text = textOf(installChromium(), url);
    check("browser: the page watches the price of a rope", text.includes("12.50 € 12.00 €"), text);
  },
  react(url) {
    const text = textOf(installChromium(), url);
    const says = ["A rope costs 12.50 €.", "A knot costs 3.00 €.", "there is no anchor here"];
    for (const each of says) check(`react: the page says "${each}"`, text.includes(each), text);
  },
  async workers(url) {
    const price = await call(url, "GetPrice", { article: "rope" });
    check("workers: a call is answered", price === '200 {"cents":1250}', price);
    const none = await call(url, "GetPrice", { article: "anchor" });
    check("workers: an error has its code", /^404 .*"not_found"/.test(none), none);
    const page = await (await fetch(url)).text();
    check("workers: what no service has is the Worker's own", page.startsWith("the shop's"), page);
    const origin = "https://app.example.com";
    const headers = { origin, "access-control-request-method": "POST" };
    const asked = await fetch(`${url}${path}/GetPrice`, { method: "OPTIONS", headers });
    const granted = asked.headers.get("access-control-allow-origin");
    check(
      "workers: pages of the origin may call",
      granted === origin,
      `${asked.status} ${granted}`,
    );
  },
};

try {
  await build();
  for (const [name, perform] of Object.entries(checks)) {
    const port = await freePort();
    const child = await startServer(name, port);
    try {
      await perform(`http://127.0.0.1:${port}`);
    } finally {
      child.kill("SIGKILL");
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof AbsentError)) throw error;
  console.log(error.message);
  process.exitCode = 77;
}
