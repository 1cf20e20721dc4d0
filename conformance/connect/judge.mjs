/** Judges a run by the runner's log and by what the programs under test said of themselves. */
import { enginesOf, waysOf } from "./config.mjs";

/**
 * The numbers of cases that passed and failed, and what there is to say about them.
 * @param {string} log the runner's
 * @param {import("./src/report.js").Report[]} reports
 * @param {import("./config.mjs").Run} run
 * @param {string} [ending] how the runner ended, if not well
 */
export function judge(log, reports, run, ending) {
  const counts = countsOf(log);
  const { passed = 0, failed = 0, unrun = 0, excused = 0 } = counts ?? {};
  const troubles = [...problemsOf(log), ...faultsOf(reports, run)];
  if (unrun + excused > 0) troubles.push(`${unrun} not run, ${excused} excused`);
  if (passed !== run.cases) troubles.push(`wanted: ${run.cases} passed, and nothing else`);
  if (ending !== undefined) troubles.push(ending);
  const missing = Math.max(0, run.cases - passed);
  return { passed, failed: troubles.length === 0 ? 0 : Math.max(1, failed, missing), troubles };
}

/** The runner's closing counts; `undefined` where it did not come so far. */
export function countsOf(log) {
  const found = /^Total cases: (\d+)\n(\d+) passed, (\d+) failed/m.exec(log);
  if (found === null) return undefined;
  const [total, passed, failed] = found.slice(1).map(Number);
  const unrun = Number(/^Another (\d+) could not be run/m.exec(log)?.[1] ?? 0);
  const excused = Number(/^\(Another (\d+) failed as expected/m.exec(log)?.[1] ?? 0);
  return { total, passed, failed, unrun, excused };
}

/** The failed cases with what the runner says of each, in short; the end of the log where something broke down. */
export function problemsOf(log) {
  const [head, ...failures] = log.split(/^FAILED: /m);
  const shown = failures.slice(0, 40).map((text) => {
    const [name, ...why] = text.split("\n");
    const reasons = why.filter((line) => line.startsWith("\t")).slice(0, 3);
    return [`✗ ${name}`, ...reasons].join("\n").slice(0, 600);
  });
  if (failures.length > shown.length) shown.push(`… and ${failures.length - shown.length} more`);
  const counts = countsOf(log);
  if (counts === undefined || counts.unrun > 0) {
    // What a program wrote before it ended is in front of the failures.
    shown.push(...head.trimEnd().split("\n").slice(-15));
  }
  return shown;
}

/** What the programs should have said, and did not. */
function faultsOf(reports, run) {
  const { role, node } = run;
  const faults = [];
  if (reports.some((report) => report.role !== role)) faults.push(`a report is not of a ${role}`);
  const versions = distinct(reports.map((report) => report.node));
  if (versions.length !== 1 || !versions[0].startsWith(`v${node}.`))
    faults.push(`it should have been node ${node}`);
  const served = distinct(reports.flatMap((report) => report.engines));
  const engines = enginesOf(run);
  const ways = waysOf(run);
  if (served.join() !== engines.join()) faults.push(`it should have been ${engines.join(", ")}`);
  const calls = callsOf(reports);
  for (const way of ways) if (!calls[way]) faults.push(`no call went as ${way}`);
  for (const way of Object.keys(calls))
    if (!ways.includes(way)) faults.push(`calls went as ${way}, which the suite does not ask for`);
  return faults;
}

/** A line on who served. */
export function describeReports(reports) {
  const versions = distinct(reports.map((report) => report.node)).join(", ");
  const engines = distinct(reports.flatMap((report) => report.engines)).join(", ");
  const calls = Object.entries(callsOf(reports)).map(([way, count]) => `${way}: ${count}`);
  return `served by node ${versions} and ${engines}; ${calls.join(", ")}`;
}

function distinct(values) {
  return [...new Set(values)].sort();
}

export function callsOf(reports) {
  const calls = {};
  for (const report of reports)
    for (const [way, count] of Object.entries(report.calls)) calls[way] = (calls[way] ?? 0) + count;
  return Object.fromEntries(Object.entries(calls).sort());
}
