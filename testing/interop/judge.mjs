/** Judges a leg by what its clients say of their cases, and by what our programs say of themselves. */

/** The case that a compressed run has beside those of its list. */
export const onTheWire = "compressed_on_the_wire";

/** The cases of a run, that of the bytes on the wire included. @param {import("./peers.mjs").Run} run */
export function casesOf({ cases, gzip }) {
  return gzip ? [...cases, onTheWire] : cases;
}

/** What our programs should have said of themselves, and did not. */
export function faultsOf(leg, reports, engine) {
  const faults = [];
  const served = [...new Set(reports.flatMap((report) => report.engines))].sort().join(", ");
  const calls = new Set(reports.flatMap((report) => Object.keys(report.calls)));
  const wanted = enginesOf(leg, engine);
  if (served !== wanted)
    faults.push(`${wanted || "fetch"} should have carried the calls; it was ${served}`);
  for (const { protocol, http } of leg.runs) {
    const way = `${protocol} over HTTP/${http}`;
    if (!calls.has(way)) faults.push(`no call on our side went as ${way}`);
  }
  return faults;
}

/** What has to carry the calls of a leg on our side. @param {import("./peers.mjs").Leg} leg @param {"bowline" | "node"} engine */
export function enginesOf({ runs, fetches }, engine) {
  if (fetches) return "";
  const versions = new Set(runs.map(({ http }) => http));
  const names = [];
  if (versions.has("2")) names.push(engine === "bowline" ? "@bowline/http2" : "node:http2");
  if (versions.has("1.1")) names.push("node:http");
  return names.sort().join(", ");
}

/** Every case of every run must have been reported once, and have passed. */
export function judge({ runs }, results, troubles) {
  const failures = [];
  let passed = 0;
  let total = 0;
  let silent = 0;
  for (const run of runs) {
    for (const name of casesOf(run)) {
      total += 1;
      const found = results.filter((each) => each.run === run.way && each.case === name);
      const error = found.length < 2 ? found[0]?.error : `it ran ${found.length} times`;
      if (found.length === 0) silent += 1;
      else if (error === undefined) passed += 1;
      else failures.push(`✗ ${run.way}: ${name}: ${error}`);
    }
  }
  if (silent > 0) troubles.push(`${silent} of ${total} cases did not run`);
  if (results.length > total) troubles.push(`${results.length} cases ran; there are ${total}`);
  return { total, passed, failures: [...failures, ...troubles] };
}
