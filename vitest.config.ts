import { defineConfig } from "vitest/config";

// Tests run from source: the `@bowline/source` condition of every package's exports leads to src/.
// Vite and Node add "import" and "require" as each is due: one that is named holds for both.
const conditions = ["@bowline/source", "module", "node"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "conformance/**/*.test.{ts,mjs}",
      "examples/*/src/**/*.test.ts",
      "scripts/**/*.test.mjs",
      "testing/**/*.test.{ts,mjs}",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.cache/**"],
    environment: "node",
    testTimeout: 20_000,
    passWithNoTests: false,
  },
});
