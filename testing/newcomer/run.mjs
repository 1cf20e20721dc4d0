// `npm run newcomer`: what a newcomer does, from packed tarballs in empty folders outside of the repository: an Express
// application that is called, and a Vite page that calls it from another origin, opened in a real Chromium. Closes with
// `N passed, N failed`; exit code 77 where the registry or Chromium cannot be had.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AbsentError, installChromium } from "../../conformance/runtimes/install.mjs";
import { root, runNode } from "../../scripts/driver/steps.mjs";
import { freePort, openPage } from "../page.mjs";
import { files } from "./files.mjs";

const timeout = 120_000;
const scratch = mkdtempSync(join(tmpdir(), "newcomer-"));
/** @type {import("node:child_process").ChildProcess[]} */
const children = [];
let passed = 0;
let failed = 0;

/** @param {string} what @param {string} found @param {string} wanted what has to be in it */
function check(what, found, wanted) {
  const holds = found.includes(wanted);
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? "✓" : "✗"} ${what}`);
  if (!holds) console.log(`wanted: ${wanted}\nfound: ${found}`);
}

/** @param {string} cwd @param {string} command @param {string[]} args */
function run(cwd, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** An empty folder, `npm init`, and what the newcomer installs. @param {string} name @param {string[]} tarballs @param {string[]} others */
function begin(name, tarballs, others) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  run(folder, "npm", ["init", "-y"]);
  run(folder, "npm", ["pkg", "set", "type=module"]);
  try {
    run(folder, "npm", ["install", "--no-audit", "--no-fund", ...others]);
  } catch (error) {
    throw new AbsentError(`the registry does not give ${others.join(", ")}: ${error}`);
  }
  run(folder, "npm", ["install", "--no-audit", "--no-fund", ...tarballs]);
  return folder;
}

/** @param {string} folder @param {Record<string, string>} wanted */
function write(folder, wanted) {
  for (const [name, text] of Object.entries(wanted)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Starts a program, and waits until its port answers. @param {string} cwd @param {string[]} args @param {number} port */
async function start(cwd, args, port) {
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
  children.push(child);
  for (let i = 0; child.exitCode === null && i < 600; i++) {
    if (
      await fetch(`http://localhost:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${args.join(" ")} does not answer on port ${port}`);
}

/** @param {string[]} tarballs @param {number} port @param {number} pagePort */
async function tryExpress(tarballs, port, pagePort) {
  const others = [
    "express@5.3.0",
    "typescript@5.9.3",
    "@types/node@20.19.43",
    "@types/express@5.0.6",
  ];
  const folder = begin("express", tarballs, others);
  write(folder, files.schema);
  write(folder, files.express(port, pagePort));
  run(folder, "npx", ["--no-install", "bowline", "generate"]);
  run(folder, "npx", ["--no-install", "tsc"]);
  passed += 1;
  console.log("✓ express: generated, and compiled strictly");
  await start(folder, ["out/server.js"], port);
  const answer = await fetch(`http://localhost:${port}/greet.v1.GreetService/Greet`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"name":"Ada"}',
  });
  check("express: curl's request is answered", await answer.text(), '{"greeting":"Hello, Ada!"}');
  check("express: the client runs and ends", run(folder, "node", ["out/client.js"]), "Hello, Lin!");
  const rest = await fetch(`http://localhost:${port}/health`);
  check("express: other routes answer", await rest.text(), "fine");
}

/** @param {string[]} tarballs @param {number} port @param {number} pagePort @param {string} chromium */
async function tryVite(tarballs, port, pagePort, chromium) {
  const folder = begin("vite", tarballs, ["vite@8.3.8"]);
  write(folder, files.schema);
  write(folder, files.page(port));
  run(folder, "npx", ["--no-install", "bowline", "generate"]);
  run(folder, "npx", ["--no-install", "vite", "build"]);
  passed += 1;
  console.log("✓ vite: generated, and built");
  const vite = join(folder, "node_modules/vite/bin/vite.js");
  await start(folder, [vite, "preview", "--port", String(pagePort), "--strictPort"], pagePort);
  const html = openPage(chromium, `http://localhost:${pagePort}/`);
  check("vite: the page shows the answer, in Chromium", html, "<p>Hello, Ada!</p>");
}

try {
  const chromium = installChromium();
  const packs = join(scratch, "packs");
  await runNode(join(root, "scripts/pack.mjs"), ["--to", packs]);
  const tarballs = readdirSync(packs).map((name) => join(packs, name));
  const [port, pagePort] = [await freePort(), await freePort()];
  await tryExpress(tarballs, port, pagePort);
  await tryVite(tarballs, port, pagePort, chromium);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof AbsentError)) throw error;
  console.log(error.message.split("\n")[0]);
  process.exitCode = 77;
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
