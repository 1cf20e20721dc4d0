import { expect, it } from "vitest";
import { differences, readTable, renderTable } from "./table.mjs";

const row = {
  peer: "tonic",
  version: "1.2",
  ofSystem: false,
  direction: "client → server",
  ways: "gRPC",
  engines: "node:http2",
  cases: 7,
  passed: 7,
};
const read = (rows) =>
  readTable(
    `# Page\n<!-- table: npm run interop -- --all --write -->\n\n${renderTable(rows)}\n<!-- /table -->\n`,
  );

it("agrees with a page that was written from the same run", () => {
  expect(differences([row], read([row]), true)).toEqual([]);
});

it("agrees with a page that has more, unless everything was run", () => {
  const page = read([row, { ...row, peer: "curl" }]);
  expect(differences([row], page, false)).toEqual([]);
  expect(differences([row], page, true)[0]).toContain("has curl");
});

it.each([
  ["another version", { version: "1.3" }],
  ["another number of cases", { cases: 8 }],
  ["cases that did not pass", { passed: 6 }],
  ["other ways", { ways: "gRPC, TLS" }],
])("does not agree with a page that has %s", (_, change) => {
  expect(differences([row], read([{ ...row, ...change }]), false)).toHaveLength(1);
});

it("does not agree with a page that lacks a row or has an empty cell", () => {
  expect(differences([row], read([]), false)[0]).toContain("lacks tonic");
  expect(differences([], read([{ ...row, version: "" }]), false)[0]).toContain("empty cell");
});

it("does not mind the version of a program of the system", () => {
  const page = read([{ ...row, version: "0.9" }]);
  expect(differences([{ ...row, ofSystem: true }], page, true)).toEqual([]);
});
