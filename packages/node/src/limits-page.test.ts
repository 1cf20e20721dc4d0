import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultReceivedMessageBytes } from "@bowline/rpc/internal";
import { describe, expect, it } from "vitest";
import { transportLimits } from "./server-limits.js";
import { defaultLimits } from "./transport.js";

const page = readFileSync(
  join(import.meta.dirname, "../../../docs/reference/limits-rpc.md"),
  "utf8",
);
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** The default in the row whose column names the option. */
function documented(column: "server" | "channel", option: string): string | undefined {
  const at = column === "server" ? 3 : 4;
  return rows.find((cells) => cells[at]?.includes(`\`limits.${option}\``))?.[2];
}

describe("docs/reference/limits-rpc.md", () => {
  it.each(Object.entries(transportLimits({})))("says a server's default of %s", (name, value) => {
    expect(documented("server", name)).toBe(String(value));
  });

  it("says the default of received messages", () => {
    expect(documented("server", "receivedMessageBytes")).toBe(String(defaultReceivedMessageBytes));
  });

  it.each(Object.entries(defaultLimits))("says a channel's default of %s", (name, value) => {
    expect(documented("channel", name)).toBe(String(value));
  });
});
