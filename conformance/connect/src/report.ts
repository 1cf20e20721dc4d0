/** What a program under test says of itself: the runtime and the engines that served it, and how many calls went over each. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PerformanceObserver } from "node:perf_hooks";

/** One process's report, as JSON in a file of its own. */
export interface Report {
  readonly role: "server" | "client";
  readonly node: string;
  /** The HTTP engines that carried requests. */
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
  readonly #engines = new EngineWatch();

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
      engines: this.#engines.seen(Object.keys(this.#calls)),
      calls: this.#calls,
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${this.#role}-${process.pid}.json`), JSON.stringify(report));
  }
}

/**
 * Node's own engines leave an entry in its performance timeline for each request. HTTP/2 calls without any were carried
 * by the other engine that there is.
 */
class EngineWatch {
  readonly #entries = new Set<string>();
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => this.#take(list.getEntries()));
    this.#observer.observe({ entryTypes: ["http", "http2"] });
  }

  seen(ways: readonly string[]): string[] {
    this.#take(this.#observer.takeRecords());
    const engines: string[] = [];
    if (this.#entries.has("http")) engines.push("node:http");
    if (this.#entries.has("http2")) engines.push("node:http2");
    else if (ways.some((way) => way.endsWith("HTTP/2"))) engines.push("@bowline/http2");
    return engines;
  }

  #take(entries: readonly { readonly entryType: string; readonly name: string }[]): void {
    for (const { entryType, name } of entries) {
      if (name !== "Http2Session") this.#entries.add(entryType);
    }
  }
}
