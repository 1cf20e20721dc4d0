// `npm run verify`: what needs more than Node and npm, that is official suites and real peers. Each suite installs
// its own peers, asserts its own counts and closes with `N passed, N failed`; exit code 77 says that a peer cannot be
// had on this machine, with the reason in its last line: a failure in CI, a named skip elsewhere.
import { readArguments } from "./driver/arguments.mjs";
import { build } from "./driver/build.mjs";
import { ensureInstalled } from "./driver/install.mjs";
import { closingLine, createDriver, runNode } from "./driver/steps.mjs";

/** @type {{ name: string, file: string, args?: string[] }[]} */
const suites = [
  { name: "conformance:protobuf", file: "conformance/protobuf/run.mjs" },
  { name: "conformance:connect", file: "conformance/connect/run.mjs" },
  { name: "conformance:web", file: "conformance/connect/web.mjs" },
  { name: "conformance:frameworks", file: "conformance/connect/frameworks.mjs" },
  { name: "conformance:http2", file: "conformance/http2/run.mjs" },
  { name: "fuzz:hpack", file: "testing/http2-fuzz/hpack.mjs" },
  { name: "fuzz:http2", file: "testing/http2-fuzz/run.mjs" },
  { name: "fuzz:protobuf", file: "testing/protobuf-fuzz/run.mjs" },
  { name: "faults:rpc", file: "testing/rpc-faults/run.mjs" },
  { name: "soak", file: "testing/soak/run.mjs", args: ["--ci"] },
  { name: "googleapis", file: "scripts/googleapis.mjs" },
  { name: "examples", file: "testing/examples/run.mjs" },
  { name: "mocks", file: "testing/mocks/run.mjs" },
  { name: "newcomer", file: "testing/newcomer/run.mjs" },
  { name: "smoke:compression", file: "conformance/runtimes/compression.mjs" },
  { name: "smoke:runtimes", file: "conformance/runtimes/run.mjs" },
  { name: "interop", file: "testing/interop/run.mjs" },
];

const names = suites.map(({ name }) => name);
const { positionals: wanted } = readArguments(
  `npm run verify [-- SUITE…]\n\nSuites, all of them by default: ${names.join(", ")}`,
  {},
  { names, what: "suite" },
);

const absent = 77;
const inCi = process.env.CI === "true" || process.env.CI === "1";
const driver = createDriver("npm run verify");

if ((await ensureInstalled(driver)) && (await driver.step("build", () => build()))) {
  for (const suite of suites) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    let skipped = "";
    let ran;
    const outcome = async () => {
      const { code, output } = await runNode(suite.file, suite.args ?? [], {
        show: true,
        accept: [0, 1, absent],
      });
      if (code === absent) {
        skipped = output.trimEnd().split("\n").at(-1) ?? "no reason given";
        if (inCi) throw new Error(`absent peer: ${skipped}`);
        return { skipped: 1 };
      }
      ran = closingLine(output);
      if (!ran) throw new Error(`${suite.file} closed without a line "N passed, N failed"`);
      if (ran.passed === 0 && ran.failed === 0) throw new Error(`${suite.file} ran nothing`);
      if (code !== 0 && ran.failed === 0) return { ...ran, output, failed: 1 };
      return { ...ran, output };
    };
    await driver.step(suite.name, outcome);
    if (skipped && !inCi) driver.say(`- ${suite.name}: skipped, ${skipped}`);
  }
}
driver.finish();
