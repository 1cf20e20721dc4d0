import { expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { userAgent } from "./user-agent.js";

it("names the version of the package", () => {
  expect(userAgent).toBe(`bowline/${manifest.version}`);
});
