// `npm run mocks`: the mock router of `@bowline/web/testing` behind the real interceptors: Playwright with a page in
// Chromium, and MSW in Node. Closes with `N passed, N failed`; exit code 77 where one of them cannot be had.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build as bundle } from "esbuild";
import { AbsentError, installChromium } from "../../conformance/runtimes/install.mjs";
import { root } from "../../scripts/driver/steps.mjs";

const cache = join(root, ".cache", "mocks");
const interceptors = ["playwright-core@1.56.1", "msw@2.9.0"];
const long = "x".repeat(10_000);
let passed = 0;
let failed = 0;

/** @param {string} what @param {unknown} found @param {unknown} wanted */
function check(what, found, wanted) {
  const holds = JSON.stringify(found) === JSON.stringify(wanted);
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? "✓" : "✗"} ${what}`);
  if (!holds) console.log(`wanted: ${JSON.stringify(wanted)}\nfound: ${JSON.stringify(found)}`);
}

/** Installs the interceptors into the cache, where no `node_modules` of the repository has them. */
function install() {
  const wanted = interceptors.map((each) => each.replace(/@[^@]*$/, ""));
  if (wanted.every((name) => existsSync(join(cache, "node_modules", name)))) return;
  mkdirSync(cache, { recursive: true });
  const args = ["install", "--prefix", cache, "--no-audit", "--no-fund", "--ignore-scripts"];
  const { status, stderr } = spawnSync("npm", [...args, ...interceptors], { encoding: "utf8" });
  if (status !== 0)
    throw new AbsentError(`${interceptors.join(", ")} cannot be had: ${stderr.trim()}`);
}

/** A module of the cache. @param {string} name */
async function load(name) {
  const path = createRequire(join(cache, "package.json")).resolve(name);
  return await import(pathToFileURL(path).href);
}

/** Bundles what the runs need of the repository, which stands in TypeScript. @param {string} entry @param {"browser" | "node"} platform */
async function bundled(entry, platform) {
  const outfile = join(cache, `${entry}.bundle.mjs`);
  await bundle({
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
    conditions: ["@bowline/source"],
    entryPoints: [join(root, "testing/mocks", entry)],
    platform,
    outfile,
  });
  return outfile;
}

/** @param {any} answers */
async function tryPlaywright({ createMockRouter, playwrightRoute, RpcError, ShopService }) {
  const executablePath = installChromium();
  const script = await bundled("page.mjs", "browser");
  const { chromium } = (await load("playwright-core")).default;
  const mock = createMockRouter().answer(ShopService, {
    getPrice: (/** @type {{ article: string }} */ { article }) => {
      if (article === "rope") return { cents: 1250 };
      throw new RpcError("not_found", `there is no ${article} here`);
    },
    placeOrder: { receipt: long },
    watchPrice: [{ cents: 2 }, { cents: 1 }],
  });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.route("https://app.example.com/**", (/** @type {any} */ route) => {
      const isPage = route.request().url() === "https://app.example.com/";
      return route.fulfill({ contentType: "text/html", body: isPage ? "<body></body>" : "other" });
    });
    await page.route("**", playwrightRoute(mock));
    await page.goto("https://app.example.com/");
    await page.addScriptTag({ path: script, type: "module" });
    await page.waitForFunction("document.body.textContent.startsWith('{')");
    const said = JSON.parse(await page.textContent("body"));
    for (const protocol of ["connect", "grpc-web"]) {
      const { price, none, order, watched } = said[protocol];
      check(`playwright, ${protocol}: a call with a header of its own`, price, 1250);
      check(`playwright, ${protocol}: an error`, none, "not_found: there is no anchor here");
      check(`playwright, ${protocol}: an answer of 10,000 bytes`, order, long.length);
      check(`playwright, ${protocol}: a stream`, watched, [2, 1]);
    }
    check("playwright: other requests go on to other routes", said.other, "other");
    const asked = mock.requests(ShopService.methods.getPrice);
    check("playwright: the mock knows what came", asked.length, 4);
  } finally {
    await browser.close();
  }
}

/** @param {any} answers */
async function tryMsw({ createClient, createFetchChannel, createMockRouter, ShopService }) {
  const [{ setupServer }, { http, HttpResponse }] = await Promise.all([
    load("msw/node"),
    load("msw"),
  ]);
  const mock = createMockRouter().answer(ShopService, {
    getPrice: { cents: 1250 },
    placeOrder: { receipt: long },
    watchPrice: [{ cents: 2 }, { cents: 1 }],
  });
  const server = setupServer(
    http.all("*", (/** @type {{ request: Request }} */ { request }) => mock.handle(request)),
    http.get("https://api.example.com/other", () => HttpResponse.text("other")),
  );
  server.listen({ onUnhandledRequest: "error" });
  try {
    for (const protocol of ["connect", "grpc-web"]) {
      const channel = createFetchChannel("https://api.example.com", { protocol });
      const shop = createClient(ShopService, channel);
      check(`msw, ${protocol}: a call`, (await shop.getPrice({ article: "rope" })).cents, 1250);
      const { receipt } = await shop.placeOrder({ customer: "Ada" });
      check(`msw, ${protocol}: an answer of 10,000 bytes`, receipt.length, long.length);
      const watched = [];
      for await (const { cents } of shop.watchPrice({ article: "rope" })) watched.push(cents);
      check(`msw, ${protocol}: a stream`, watched, [2, 1]);
      const error = await shop.addUp([]).catch((/** @type {any} */ thrown) => thrown);
      check(`msw, ${protocol}: a method that fetch cannot call`, error.code, "unimplemented");
    }
    const other = await fetch("https://api.example.com/other");
    check("msw: other requests go on to other handlers", await other.text(), "other");
  } finally {
    server.close();
  }
}

try {
  install();
  const ours = await import(pathToFileURL(await bundled("ours.mjs", "node")).href);
  await tryPlaywright(ours);
  await tryMsw(ours);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof AbsentError)) throw error;
  console.log(error.message.split("\n")[0]);
  process.exitCode = 77;
}
