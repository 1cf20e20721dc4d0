/** What the programs under test said of themselves: which Node ran them, which engines served, and how often. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { engines, ways } from "./config.mjs";

/** Reads the reports in a folder. Returns a line about them, and what is wrong with them. */
export function readReports(folder, { role, node }) {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const reports = files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
  const calls = sum(reports);
  const versions = [...new Set(reports.map((report) => report.node))];
  const loaded = [...new Set(reports.flatMap((report) => report.engines))].sort();
  const counted = Object.entries(calls).map(([way, count]) => `${way}: ${count}`);
  const line = `served by node ${versions.join(", ")} and ${loaded.join(", ")}; ${counted.join(", ")}`;
  const wrong = [];
  if (reports.some((report) => report.role !== role)) wrong.push(`a report is not of a ${role}`);
  if (versions.length !== 1 || !versions[0].startsWith(`v${node}.`))
    wrong.push(`it should have been node ${node}`);
  if (loaded.join() !== engines.join()) wrong.push(`it should have been ${engines.join(", ")}`);
  for (const way of ways) if (!calls[way]) wrong.push(`no call went as ${way}`);
  for (const way of Object.keys(calls))
    if (!ways.includes(way)) wrong.push(`calls went as ${way}, which the suite does not ask for`);
  return { line, wrong };
}

function sum(reports) {
  const calls = {};
  for (const report of reports)
    for (const [way, count] of Object.entries(report.calls)) calls[way] = (calls[way] ?? 0) + count;
  return Object.fromEntries(Object.entries(calls).sort());
}
