/**
 * `npm run conformance:http2`: h2spec, strict, against our server on our own engine, on cleartext and TLS, and h2specd
 * against our client, with their counts asserted. Exits with 77 where they cannot be had on this machine.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { AbsentPeerError, installH2spec } from "./install.mjs";

/** What h2spec 2.2.1 counts with `--strict`, and h2specd. Fewer means that something did not run. */
const expected = { server: 146, client: 57 };
const ways = ["cleartext", "tls", "client"];

const { values: options, positionals: sections } = readArguments(
  `npm run conformance:http2 [-- --only WAY SECTION…]

  --only WAY   ${ways.join(", ")}: our server on cleartext or TLS, or our client
  SECTION      only these sections of the suite, with its whole log: http2/6.9, hpack/4.2`,
  { only: { type: "string" } },
  { free: true },
);

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof AbsentPeerError)) throw error;
  console.log(error.message);
  process.exitCode = 77;
}

async function main() {
  const total = { passed: 0, failed: 0 };
  for (const way of ways) {
    if (options.only !== undefined && options.only !== way) continue;
    const { passed, failed } = way === "client" ? testClient() : await testServer(way);
    console.log(`${way}: ${passed} passed, ${failed} failed`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Runs h2spec against a server of its own. */
async function testServer(way) {
  const h2spec = installH2spec("h2spec");
  const server = spawn(process.execPath, [here("server.mjs"), way], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = await once(createInterface(server.stdout), "line");
    const secure = way === "tls" ? ["-t", "-k"] : [];
    const args = ["-h", "127.0.0.1", "-p", port, "--strict", ...secure, ...sections];
    return judge(h2spec, args, expected.server);
  } finally {
    server.kill();
  }
}

/** Runs h2specd, which starts a client for each case. */
function testClient() {
  const program = `${process.execPath} ${here("client.mjs")}`;
  const args = ["-f", "31000", "-e", program, ...sections];
  return judge(installH2spec("h2specd"), args, expected.client);
}

function here(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Counts by the closing line; what is missing of what there should be counts as failed. */
function judge(program, args, count) {
  const { stdout, error } = spawnSync(program, args, { encoding: "utf8", timeout: 300_000 });
  if (error) throw error;
  const log = stdout
    .split("\n")
    .filter((line) => !/^accept /.test(line))
    .join("\n");
  const closing = /^(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed$/m.exec(log);
  const passed = Number(closing?.[2] ?? 0);
  const wanted = sections.length > 0 ? Number(closing?.[1] ?? 0) : count;
  if (sections.length > 0 || passed !== wanted) console.log(log);
  return { passed, failed: Math.max(1, wanted) - passed };
}
