/** What a program under test says of itself: the runtime that ran it, and how many calls went over each protocol. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportsVariable } from "../report.js";

/** One process's report, as JSON in a file of its own. */
export interface FetchReport {
  readonly role: "server" | "client";
  /** The runtime with its version, `bun 1.4.5`. */
  readonly runtime: string;
  readonly calls: Readonly<Record<string, number>>;
}

/** Writes a report to the folder that the environment names, if it does. */
export function writeReport(report: FetchReport): void {
  const folder = process.env[reportsVariable];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${report.role}-${process.pid}.json`), JSON.stringify(report));
}
