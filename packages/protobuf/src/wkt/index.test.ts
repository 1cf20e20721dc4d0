import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import * as wkt from "./index.js";

test("everything that the generated files export is exported here, since generated code imports it from here", async () => {
  const folder = new URL("../gen/google/protobuf/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".pb.ts"));
  expect(files.length).toBeGreaterThanOrEqual(11);
  for (const file of files) {
    const generated = (await import(new URL(file, folder).href)) as object;
    for (const [name, value] of Object.entries(generated))
      expect((wkt as Record<string, unknown>)[name], `${name} of ${file}`).toBe(value);
  }
});
