import { expect, it } from "vitest";
import { audit, Claims, Effects } from "./ledger.mjs";

function setUp() {
  const claims = new Claims();
  const effects = new Effects();
  const call = (messages) => {
    const id = claims.begin();
    effects.record(id, messages);
    claims.acknowledged(id, messages);
    return id;
  };
  return { claims, effects, call };
}

it("finds nothing where each acknowledged call was carried out once, and failed ones at most once", () => {
  const { claims, effects, call } = setUp();
  call(1);
  call(7);
  claims.failed(claims.begin());
  const carriedOut = claims.begin();
  effects.record(carriedOut, 2);
  claims.failed(carriedOut);
  expect(audit(claims, effects)).toEqual({
    acknowledged: 2,
    failed: 2,
    unanswered: 0,
    sums: [3, 3],
    faults: [],
  });
});

it.each([
  [
    "an acknowledged call that had no effect",
    ({ claims }) => claims.acknowledged(claims.begin(), 1),
    "not carried out",
  ],
  [
    "a call that was carried out twice",
    ({ effects, call }) => effects.record(call(1), 0),
    "2 times",
  ],
  [
    "a message that was lost",
    ({ claims, call }) => claims.acknowledged(call(3), 4),
    "had 4 messages; the server counted 3",
  ],
  ["an effect without a call", ({ effects }) => effects.record(99, 1), "nobody made it"],
  ["a call without an outcome", ({ claims }) => claims.begin(), "1 calls have no outcome"],
])("finds %s", (_, breakIt, fault) => {
  const sides = setUp();
  breakIt(sides);
  expect(audit(sides.claims, sides.effects).faults.join()).toContain(fault);
});
