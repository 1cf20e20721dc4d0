import { expect, it } from "vitest";
import { codeFromStatus } from "./http-status.js";

it("maps statuses by gRPC's table", () => {
  const table = [
    [400, "internal"],
    [401, "unauthenticated"],
    [403, "permission_denied"],
    [404, "unimplemented"],
    [429, "unavailable"],
    [431, "unknown"],
    [502, "unavailable"],
    [503, "unavailable"],
    [504, "unavailable"],
    [200, "unknown"],
    [302, "unknown"],
    [409, "unknown"],
    [500, "unknown"],
    [505, "unknown"],
  ] as const;
  for (const [status, code] of table) expect(codeFromStatus(status), String(status)).toBe(code);
});
