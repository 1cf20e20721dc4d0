import { expect, it } from "vitest";
import { enginesOf, faultsOf, judge, onTheWire } from "./judge.mjs";

const leg = {
  runs: [
    { way: "plain", protocol: "grpc", http: "2", cases: ["one", "two"] },
    { way: "small", protocol: "connect", http: "1.1", gzip: true, cases: ["one"] },
  ],
};
const done = (way, name, error) => ({ run: way, case: name, error });
const all = [
  done("plain", "one"),
  done("plain", "two"),
  done("small", "one"),
  done("small", onTheWire),
];

it("passes a leg whose cases all ran once and passed", () => {
  expect(judge(leg, all, [])).toEqual({ total: 4, passed: 4, failures: [] });
});

it.each([
  ["a case that failed", [...all.slice(1), done("plain", "one", "oops")], 3, "plain: one: oops"],
  ["a case that did not run", all.slice(1), 3, "1 of 4 cases did not run"],
  ["a case that ran twice", [...all, done("plain", "one")], 3, "it ran 2 times"],
  ["a case that nobody knows", [...all, done("plain", "three")], 4, "5 cases ran; there are 4"],
  ["nothing", [], 0, "4 of 4 cases did not run"],
])("does not pass one with %s", (_, results, passed, why) => {
  const verdict = judge(leg, results, []);
  expect(verdict.passed).toBe(passed);
  expect(verdict.failures.join("\n")).toContain(why);
});

it("keeps what else went wrong", () => {
  expect(judge(leg, all, ["a client crashed"]).failures).toEqual(["a client crashed"]);
});

const calls = { "grpc over HTTP/2": 2, "connect over HTTP/1.1": 1 };

it("wants our side carried by the engine that was asked for, on every way", () => {
  const reports = [{ engines: ["@bowline/http2", "node:http"], calls }];
  expect(faultsOf(leg, reports, "bowline")).toEqual([]);
  expect(faultsOf(leg, reports, "node")[0]).toContain("node:http, node:http2 should have");
  expect(faultsOf(leg, [{ ...reports[0], calls: {} }], "bowline")).toHaveLength(2);
  expect(faultsOf(leg, [], "bowline")).toHaveLength(3);
});

it("wants no engine of ours for a client on fetch", () => {
  expect(enginesOf({ ...leg, fetches: true }, "bowline")).toBe("");
});
