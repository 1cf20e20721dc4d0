/** What a run prints. */
import { median, printTable, spread } from "../report.mjs";
import { perCpuSecond, perSecond, ratiosOf } from "./ratios.mjs";

const whole = (value) => Math.round(value).toLocaleString("en-US");

/** A scenario under full load: what each row did a second, and beside the first row. */
export function printThroughput({ name, rounds }) {
  const labels = Object.keys(rounds);
  console.log(`\n${name}`);
  printTable(
    ["", "requests/s", "per CPU-second", `${labels[0]} ÷ it`, "spread", "core busy"],
    labels.map((label) => {
      const own = rounds[label];
      const ratio = spread(ratiosOf(rounds[labels[0]], own));
      const busy = median(own.map(({ cpuMicros, ms }) => cpuMicros / 1e3 / ms));
      return [
        label,
        whole(median(perSecond(own))),
        whole(median(perCpuSecond(own))),
        ratio.median.toFixed(2),
        `${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}`,
        `${Math.round(busy * 100)} %`,
      ];
    }),
  );
}

const shares = ["p50", "p90", "p99", "p999", "max"];

/** A scenario at a fixed rate: milliseconds from when a request was due to its answer. */
export function printLatency({ name, rounds, rate }) {
  console.log(`\n${name} (ms)`);
  printTable(
    ["", ...shares, "answered in time"],
    Object.entries(rounds).map(([label, own]) => [
      label,
      ...shares.map((share) => median(own.map((round) => round[share])).toFixed(2)),
      isReached(own, rate) ? "yes" : "rate not reached",
    ]),
  );
}

/** Whether the server kept up: the answers took hardly longer than the time in which they were asked for. */
function isReached(rounds, rate) {
  return rounds.every(({ requests, due, ms }) => requests === due && ms < (due / rate) * 1100);
}

const of = (unit) => (bytes) => (Number.isFinite(bytes) ? (bytes / unit).toFixed(1) : "–");
const kib = of(1024);
const mib = of(2 ** 20);

/** Memory of servers. */
export function printMemory(list) {
  if (list.length === 0) return;
  console.log("\nmemory (MiB; an idle connection in KiB)");
  printTable(
    ["", "at start", "RSS under load", "heap after load", "idle connection, RSS", "heap"],
    list.map(({ name, http, start, loaded, idle }) => [
      `${name}, HTTP/${http}`,
      mib(start.rssAfter),
      mib(loaded.rss),
      mib(loaded.heapUsed + loaded.external),
      kib(idle.rss),
      kib(idle.heap),
    ]),
  );
}
