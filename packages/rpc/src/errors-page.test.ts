import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codeNumber, codes } from "./code.js";
import { codeFromStatus, statusFromCode } from "./protocol-connect/http-status.js";

const page = readFileSync(join(import.meta.dirname, "../../../docs/guide/errors.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|").map((cell) => cell.trim()));

describe("docs/guide/errors.md", () => {
  it.each(codes)("says the number and the HTTP status of %s", (code) => {
    const row = rows.find((cells) => cells[1] === `\`${code}\`` && /^\d+$/.test(cells[2] ?? ""));
    expect(row?.slice(2, 4)).toEqual([String(codeNumber(code)), String(statusFromCode(code))]);
  });

  it("says the code of each HTTP status that has one of its own", () => {
    const told = rows.flatMap(([, statuses = "", code = ""]) =>
      /^\d{3}(, \d{3})*$/.test(statuses)
        ? statuses.split(", ").map((status) => [Number(status), code.replaceAll("`", "")] as const)
        : [],
    );
    for (const [status, code] of told)
      expect([status, code]).toEqual([status, codeFromStatus(status)]);
    const special = Array.from({ length: 500 }, (_, i) => i + 100).filter(
      (status) => codeFromStatus(status) !== "unknown",
    );
    expect(told.map(([status]) => status).sort((a, b) => a - b)).toEqual(special);
  });
});
