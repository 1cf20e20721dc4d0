import { expect, it } from "vitest";
import { FieldNames } from "./field-name.js";

it("keeps a bounded number of short names of one connection, and those of another untouched", () => {
  const junk = new FieldNames();
  for (let i = 0; i < 10_000; i++) expect(junk.intern(`x-junk-${i}`)).toBe(`x-junk-${i}`);
  expect(junk.intern("y".repeat(100))).toBe("y".repeat(100));
  expect(junk.size).toBe(64);
  const other = new FieldNames();
  for (let i = 0; i < 20; i++) expect(other.intern(`x-own-${i}`)).toBe(`x-own-${i}`);
  expect(other.size).toBe(20);
});

it("knows the names that everybody uses without keeping them", () => {
  const names = new FieldNames();
  for (const name of ["te", "content-type", ":path", "grpc-timeout", "traceparent"]) {
    expect(names.intern(name)).toBe(name);
  }
  expect(names.size).toBe(0);
});
