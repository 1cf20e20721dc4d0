import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./driver/steps.mjs";
import { missingOptionals } from "./lock.mjs";

test("an optional package without an entry is put back with the system of its name", () => {
  const packages = {
    "node_modules/a": {
      version: "1.0.0",
      dev: true,
      optionalDependencies: {
        "@a/linux-x64-musl": "1.0.1",
        "@a/win32-arm64": "1.0.2",
        "@a/there": "1.0.3",
      },
    },
    "node_modules/@a/there": { version: "1.0.3" },
  };
  expect(missingOptionals(packages)).toEqual({
    "node_modules/@a/linux-x64-musl": {
      version: "1.0.1",
      cpu: ["x64"],
      libc: ["musl"],
      os: ["linux"],
      dev: true,
      optional: true,
    },
    "node_modules/@a/win32-arm64": {
      version: "1.0.2",
      cpu: ["arm64"],
      os: ["win32"],
      dev: true,
      optional: true,
    },
  });
});

test("package-lock.json names every platform's packages and no registry (else: npm run lock)", () => {
  const text = readFileSync(join(root, "package-lock.json"), "utf8");
  expect(missingOptionals(JSON.parse(text).packages)).toEqual({});
  expect(text).not.toMatch(/"resolved": "https?:/);
});
