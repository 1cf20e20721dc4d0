// A page of this machine, opened in Chromium.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A port of this machine that is free now. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The elements of a page, once its calls have been answered. @param {string} chromium @param {string} url */
export function openPage(chromium, url) {
  const profile = mkdtempSync(join(tmpdir(), "page-chromium-"));
  const flags = [
    ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    ...["--disable-background-networking", "--disable-component-update", "--no-first-run"],
    ...[`--user-data-dir=${profile}`, "--virtual-time-budget=10000", "--dump-dom"],
  ];
  try {
    return execFileSync(chromium, [...flags, url], {
      encoding: "utf8",
      timeout: 60_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
