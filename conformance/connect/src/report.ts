/** What a program under test says of itself: the runtime and the engines that served it, and how many calls went over each. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One process's report, as JSON in a file of its own. */
export interface Report {
  readonly role: "server" | "client";
  readonly node: string;
  /** The HTTP engines that the process has loaded. */
  readonly engines: readonly string[];
  /** The number of calls by protocol and HTTP version, `grpc over HTTP/2`. */
  readonly calls: Readonly<Record<string, number>>;
}

/** Names the folder that reports are written to. */
export const reportsVariable = "BOWLINE_CONFORMANCE_REPORTS";

/** Counts calls, and writes a report when the process ends. */
export class CallCounter {
  readonly #role: Report["role"];
  readonly #calls: Record<string, number> = {};

  constructor(role: Report["role"]) {
    this.#role = role;
    process.once("exit", () => this.#write());
  }

  count(protocol: string, httpVersion: string): void {
    const way = `${protocol} over HTTP/${httpVersion}`;
    this.#calls[way] = (this.#calls[way] ?? 0) + 1;
  }

  #write(): void {
    const folder = process.env[reportsVariable];
    if (folder === undefined) return;
    const report: Report = {
      role: this.#role,
      node: process.version,
      engines: loadedEngines(),
      calls: this.#calls,
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${this.#role}-${process.pid}.json`), JSON.stringify(report));
  }
}

/** Node loads its own HTTP modules when they are first used, so what is not loaded did not serve. */
function loadedEngines(): string[] {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] };
  const engines: string[] = [];
  if (moduleLoadList.includes("NativeModule _http_server")) engines.push("node:http");
  if (moduleLoadList.includes("NativeModule internal/http2/core")) engines.push("node:http2");
  return engines;
}
