import { expect, it } from "vitest";
import { CallList, type ListedCall } from "./call-list.js";

const call = (name: string): ListedCall & { readonly name: string } => ({
  name,
  list: undefined,
  before: undefined,
  behind: undefined,
});

it("holds what was added and has not left, whatever the order", () => {
  const names = ["a", "b", "c"];
  for (const leaving of names) {
    for (const second of names) {
      const list = new CallList<ReturnType<typeof call>>();
      const calls = names.map(call);
      for (const each of calls) list.add(each);
      for (const each of calls) if (each.name === leaving) list.remove(each);
      for (const each of calls) if (each.name === second) list.remove(each);
      const left = names.filter((name) => name !== leaving && name !== second);
      expect([...list].map((each) => each.name).sort()).toEqual(left);
    }
  }
});

it("is iterated over while calls leave", () => {
  const list = new CallList<ReturnType<typeof call>>();
  for (const name of ["a", "b", "c"]) list.add(call(name));
  const seen: string[] = [];
  for (const each of list) {
    seen.push(each.name);
    list.remove(each);
  }
  expect(seen).toEqual(["c", "b", "a"]);
  expect([...list]).toEqual([]);
});
