import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { root } from "./driver/steps.mjs";

const { block, documents } = await import(
  pathToFileURL(join(root, "bench", "rpc", "document.mjs")).href
);

test.each(Object.keys(documents))("%s says of RPC what the run that it links to says", (name) => {
  const { text, file } = block(readFileSync(join(root, name), "utf8"));
  const run = JSON.parse(readFileSync(join(root, "bench", "history", file), "utf8"));
  expect(text).toBe(documents[name](run, file));
});
