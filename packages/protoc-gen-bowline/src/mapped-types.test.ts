// Code in which messages of some types appear as other values: generated, compiled as strictly as all code, and run.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, type Outcome, runProtoc, scratch } from "./fixtures/scratch.js";

const folder = scratch("mapped-types");
const other = scratch("mapped-types-other");
afterAll(() => {
  for (const made of [folder, other]) rmSync(made, { recursive: true });
});

function write(into: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(into, name)), { recursive: true });
    writeFileSync(join(into, name), text);
  }
}

const protos = {
  "proto/acme/v1/money.proto": `syntax = "proto3"; package acme.v1;
    message Money { int64 units = 1; }
    message Purse { Money money = 1; repeated Money coins = 2; }`,
  "proto/acme/v1/date.proto": `syntax = "proto3"; package acme.v1;
    import "acme/v1/money.proto"; import "google/protobuf/timestamp.proto";
    message Date { google.protobuf.Timestamp at = 1; }
    message Map { map<string, Money> by_name = 1; oneof o { Money one = 2; Date date = 3; } }`,
};
const names = ["acme/v1/money.proto", "acme/v1/date.proto"];
const money = `
  import type { TypeMapping } from "@bowline/protobuf";
  import { Money } from "./gen/acme/v1/money.pb.js";
  export class Cash { readonly units: bigint; constructor(units: bigint) { this.units = units; } }
  export const moneyMapping: TypeMapping<Money, Cash> = {
    toValue: ({ units }) => new Cash(units),
    toMessage: ({ units }) => Money.create({ units }),
    is: (value): value is Cash => value instanceof Cash,
  };
`;
const use = `
  import { Date as Day, Map$ } from "./gen/acme/v1/date.pb.js";
  import { Money, Purse } from "./gen/acme/v1/money.pb.js";
  import { Cash } from "./money.js";
  const day: Day = Day.decode(Day.encode({ at: new Date(1500) }));
  const at: Date | undefined = day.at;
  const purse: Purse = Purse.decode(Purse.encode({ money: new Cash(5n), coins: [new Cash(7n)] }));
  const cash: Cash | undefined = purse.money;
  const coins: Cash[] = purse.coins;
  const map = Map$.decode(Map$.encode({ byName: { a: new Cash(1n) }, o: { case: "one", value: new Cash(2n) } }));
  const byName: ReadonlyMap<string, Cash> = map.byName;
  export const result: readonly unknown[] = [at, cash?.units, coins[0]?.units, byName.get("a"), map.o, Money.create().units];
  // @ts-expect-error something else than the mapping's values
  export const wrong = (): Purse => Purse.create({ money: 5n });
`;

describe("map_type", () => {
  let generated: Outcome;
  let compiled: Outcome;

  beforeAll(() => {
    write(folder, { ...protos, "money.ts": money, "use.ts": use });
    generated = runProtoc(join(folder, "proto"), names, join(folder, "gen"), [
      "map_type=google.protobuf.Timestamp:Date",
      "map_type=acme.v1.Money:../money.js#moneyMapping",
    ]);
    compiled = compile(folder);
  }, 60_000);

  it("compiles as strictly as all generated code, beside messages named Date and Map", () => {
    expect(generated).toEqual({ code: 0, output: "" });
    expect(compiled).toEqual({ code: 0, output: "" });
  });

  it("runs, though the module of the mapping imports the code that imports it", async () => {
    const { result } = await import(
      /* @vite-ignore */ pathToFileURL(join(folder, "js/use.js")).href
    );
    expect(result).toEqual([
      new Date(1500),
      5n,
      7n,
      { units: 1n },
      { case: "one", value: { units: 2n } },
      0n,
    ]);
  });

  it("says the same in JavaScript with declarations, and ExactDate refuses what Date cuts off", async () => {
    write(other, { ...protos, "money.ts": money, "use.ts": use });
    const options = [
      "target=js",
      "map_type=google.protobuf.Timestamp:ExactDate",
      "map_type=acme.v1.Money:../money.js#moneyMapping",
    ];
    expect(runProtoc(join(other, "proto"), names, join(other, "js/gen"), options).code).toBe(0);
    expect(runProtoc(join(other, "proto"), names, join(other, "gen"), options).code).toBe(0);
    expect(compile(other)).toEqual({ code: 0, output: "" });
    const { result } = await import(
      /* @vite-ignore */ pathToFileURL(join(other, "js/use.js")).href
    );
    expect(result.slice(0, 3)).toEqual([new Date(1500), 5n, 7n]);
    const { Date: Day } = await import(
      /* @vite-ignore */ pathToFileURL(join(other, "js/gen/acme/v1/date.pb.js")).href
    );
    const micro = Uint8Array.of(10, 5, 8, 1, 16, 0xe8, 7);
    expect(() => Day.decode(micro)).toThrow(
      "field at, at byte 2: its mapping refuses it: a Date holds whole milliseconds, not 1000 ns",
    );
    expect(Day.decode(Uint8Array.of(10, 2, 8, 1)).at).toEqual(new Date(1000));
  }, 60_000);

  it("warns of a type that no field has", () => {
    const { code, output } = runProtoc(join(folder, "proto"), names, join(folder, "warned"), [
      "map_type=acme.v1.Moneys:../money.js#moneyMapping",
      "map_type=acme.v1.Purse:../money.js#purse",
      "map_type=google.protobuf.Timestamp:Date",
    ]);
    expect(code).toBe(0);
    expect(output).toContain(
      "warning: the option map_type=acme.v1.Moneys:../money.js#moneyMapping matched nothing",
    );
    expect(output).toContain("map_type=acme.v1.Purse:../money.js#purse matched nothing");
    expect(output).not.toContain("Timestamp");
  });

  it("refuses types with required fields", () => {
    write(folder, {
      "required/r.proto": `syntax = "proto2"; package r;
        message R { required int32 x = 1; } message M { map<string, R> rs = 1; }`,
    });
    const { code, output } = runProtoc(join(folder, "required"), ["r.proto"], join(folder, "r"), [
      "map_type=r.R:./r.js#r",
    ]);
    expect(code).toBe(1);
    expect(output).toContain(
      "r.proto: the option map_type=r.R:./r.js#r cannot be used for rs: r.R has required fields",
    );
  });
});
