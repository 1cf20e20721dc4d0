import { expect, it } from "vitest";
import { enginesOf, waysOf } from "./config.mjs";
import { describeReports, judge } from "./judge.mjs";

const ways = waysOf({});
const run = { node: 24, role: "server", compressions: [], skip: [], cases: 12 };
const log = (passed, failed, more = "") =>
  `Running tests...\nTotal cases: ${passed + failed}\n${passed} passed, ${failed} failed\n${more}`;
const reports = [
  {
    role: "server",
    node: "v24.1.0",
    engines: ["node:http"],
    calls: { "connect over HTTP/1.1": 3, "grpc-web over HTTP/1.1": 2 },
  },
  {
    role: "server",
    node: "v24.1.0",
    engines: ["@bowline/http2", "node:http"],
    calls: Object.fromEntries(ways.map((way) => [way, 1])),
  },
];
const altered = (change) => [{ ...reports[0], ...change }, reports[1]];

it("passes a run whose cases all passed, as many as there are", () => {
  expect(judge(log(12, 0), reports, run)).toEqual({ passed: 12, failed: 0, troubles: [] });
  expect(describeReports(reports)).toBe(
    "served by node v24.1.0 and @bowline/http2, node:http; connect over HTTP/1.1: 4, connect over HTTP/2: 1, grpc over HTTP/2: 1, grpc-web over HTTP/1.1: 3, grpc-web over HTTP/2: 1",
  );
});

it.each([
  [
    "a failed case",
    `FAILED: Basic/unary:\n\toops\n${log(11, 1)}`,
    reports,
    1,
    "✗ Basic/unary:\n\toops",
  ],
  ["fewer cases", log(10, 0), reports, 2, "wanted: 12 passed"],
  ["more cases", log(13, 0), reports, 1, "wanted: 12 passed"],
  [
    "cases that were not run",
    log(12, 0, "Another 3 could not be run due to"),
    reports,
    1,
    "3 not run",
  ],
  ["excused failures", log(12, 0, "(Another 2 failed as expected"), reports, 1, "2 excused"],
  ["a log without an end", "panic: out of luck", reports, 12, "panic: out of luck"],
  ["another Node", log(12, 0), altered({ node: "v20.1.0" }), 1, "should have been node 24"],
  [
    "another engine",
    log(12, 0),
    altered({ engines: ["other"] }),
    1,
    "should have been @bowline/http2, node:http",
  ],
  ["another role", log(12, 0), altered({ role: "client" }), 1, "not of a server"],
  ["no reports", log(12, 0), [], 1, "no call went as grpc over HTTP/2"],
  [
    "an unknown way",
    log(12, 0),
    altered({ calls: { "grpc over HTTP/1.1": 1 } }),
    1,
    "does not ask for",
  ],
])("fails a run with %s", (_, text, said, failed, why) => {
  const verdict = judge(text, said, run);
  expect(verdict.failed).toBe(failed);
  expect(verdict.troubles.join("\n")).toContain(why);
});

it("wants the other engine, and HTTP/2 alone, of a run that asks for it", () => {
  const other = { ...run, engine: "other" };
  const [engine] = enginesOf(other);
  expect([engine, ...enginesOf(run)].sort()).toEqual(["@bowline/http2", "node:http", "node:http2"]);
  const calls = Object.fromEntries(waysOf(other).map((way) => [way, 1]));
  const said = [{ ...reports[1], engines: [engine], calls }];
  expect(judge(log(12, 0), said, other).troubles).toEqual([]);
  expect(judge(log(12, 0), reports, other).troubles.join()).toContain(`should have been ${engine}`);
});

it("fails a run that ended badly, whatever it counted", () => {
  const verdict = judge(log(12, 0), reports, run, "the runner ended with code 1");
  expect(verdict).toEqual({ passed: 12, failed: 1, troubles: ["the runner ended with code 1"] });
});
