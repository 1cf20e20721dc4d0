// `npm start [-- --once]`: installs and builds what is missing, generates the greet example's code and runs it.
import { spawn } from "node:child_process";
import { readArguments } from "./driver/arguments.mjs";
import { build } from "./driver/build.mjs";
import { ensureInstalled } from "./driver/install.mjs";
import { createDriver, root, runNode } from "./driver/steps.mjs";

const usage = `npm start [-- --once]

Installs and builds what is missing, starts the greet service and calls it.

  --once   exit when the calls are done, instead of serving until Ctrl-C

  PORT     environment variable: the port to serve on, default 8080`;
readArguments(usage, { once: { type: "boolean" } });

const driver = createDriver("npm start");
const { step } = driver;
const ready =
  (await ensureInstalled(driver)) &&
  (await step("build the packages", () =>
    build(["packages/protoc-gen-bowline", "packages/node"]),
  )) &&
  (await step("generate code from examples/greet/proto/greet/v1/greet.proto", async () => {
    await runNode("scripts/generate.mjs", ["greet"]);
  })) &&
  (await step("build examples/greet", () => build(["examples/greet"])));

if (!ready) {
  driver.finish();
} else {
  driver.say("start examples/greet");
  process.exitCode = await demo(process.argv.slice(2));
}

/**
 * Runs the demo until it ends. Ctrl-C reaches the whole process group, so the demo drains by itself and we only
 * wait; ending on a signal that was asked for is success.
 *
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function demo(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["examples/greet/dist/main.js", ...args], {
      cwd: root,
      stdio: "inherit",
    });
    let stopping = false;
    process.on("SIGINT", () => {
      stopping = true;
      // Without a terminal (kill -INT) only this process hears it; a second SIGINT does the demo no harm.
      if (!process.stdin.isTTY) child.kill("SIGINT");
    });
    process.on("SIGTERM", () => {
      stopping = true;
      child.kill("SIGTERM");
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const bySignal = signal === "SIGINT" || signal === "SIGTERM" || code === 130 || code === 143;
      resolve(stopping && bySignal ? 0 : (code ?? 1));
    });
  });
}
