/**
 * `npm run conformance:http2`: h2spec, strict, against our server on our own engine, on cleartext and TLS, with its counts
 * asserted. Exits with 77 where h2spec cannot be had on this machine.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { AbsentPeerError, installH2spec } from "./install.mjs";

/** What h2spec 2.2.1 counts with `--strict`. Fewer means that something did not run. */
const expected = 146;

const { positionals: sections } = readArguments(
  `npm run conformance:http2 [-- SECTION…]

  SECTION   only these sections of h2spec, with its whole log: http2/6.9, hpack/4.2`,
  {},
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
  const h2spec = installH2spec();
  const total = { passed: 0, failed: 0 };
  for (const way of ["cleartext", "tls"]) {
    const { passed, failed } = await runSuite(h2spec, way);
    console.log(`${way}: ${passed} passed, ${failed} failed`);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/** Runs h2spec against a server of its own. */
async function runSuite(h2spec, way) {
  const program = fileURLToPath(new URL("server.mjs", import.meta.url));
  const server = spawn(process.execPath, [program, way], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [port] = await once(createInterface(server.stdout), "line");
    const secure = way === "tls" ? ["-t", "-k"] : [];
    const args = ["-h", "127.0.0.1", "-p", port, "--strict", ...secure, ...sections];
    const { stdout, error } = spawnSync(h2spec, args, { encoding: "utf8", timeout: 120_000 });
    if (error) throw error;
    return judge(stdout);
  } finally {
    server.kill();
  }
}

/** Counts by h2spec's closing line; what is missing of what there should be counts as failed. */
function judge(log) {
  const closing = /^(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed$/m.exec(log);
  const passed = Number(closing?.[2] ?? 0);
  const wanted = sections.length > 0 ? Number(closing?.[1] ?? 0) : expected;
  if (sections.length > 0 || passed !== wanted) console.log(log);
  return { passed, failed: Math.max(1, wanted) - passed };
}
