// Fields that ask for a typed array: what is generated for them, and where they are refused.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  compile,
  type Outcome,
  outcome,
  plugin,
  protoc,
  root,
  scratch,
  vendor,
} from "./fixtures/scratch.js";

const folder = scratch("typed-arrays");
const elsewhere = scratch("typed-arrays-off");
afterAll(() => {
  for (const made of [folder, elsewhere]) rmSync(made, { recursive: true });
});

/** Where users point their compiler: the folder that the package ships. */
const shipped = join(root, "packages/protobuf/proto");

function generate(proto: string, options: readonly string[] = [], out = folder): Outcome {
  writeFileSync(join(folder, "a.proto"), proto);
  return outcome(protoc, [
    `--plugin=protoc-gen-bowline=${plugin}`,
    `--bowline_out=${out}`,
    ...options.map((option) => `--bowline_opt=${option}`),
    `-I${folder}`,
    `-I${shipped}`,
    `-I${vendor}`,
    "a.proto",
  ]);
}

const head = 'syntax = "proto3"; package a; import "bowline/options.proto";';
const typed = "[(bowline.field).typed_array = true]";

describe("(bowline.field).typed_array", () => {
  let generated: Outcome;
  let compiled: Outcome;

  beforeAll(() => {
    generated = generate(`${head}
      message M {
        repeated double samples = 1 ${typed};
        repeated uint64 counts = 2 ${typed};
        repeated int64 plain = 3;
        map<string, M> by_name = 4;
        bowline.FieldOptions options = 5;
      }`);
    writeFileSync(
      join(folder, "use.ts"),
      `import { M } from "./a.pb.js";
       const m: M = M.create({ samples: [1, 2], counts: new Set([3n]), plain: [1n], options: { typedArray: true } });
       const samples: Float64Array = m.samples;
       const counts: BigUint64Array = M.decode(M.encode(m)).counts;
       export const result: readonly unknown[] = [samples, counts, m.options!.typedArray];
       // @ts-expect-error bigint where numbers are wanted
       export const wrong = (): M => M.create({ samples: [1n] });
      `,
    );
    compiled = compile(folder);
  }, 60_000);

  it("compiles as strictly as all generated code, with the option's own types from the runtime", async () => {
    expect(generated).toEqual({ code: 0, output: "" });
    expect(compiled).toEqual({ code: 0, output: "" });
    const { result } = await import(
      /* @vite-ignore */ pathToFileURL(join(folder, "js/use.js")).href
    );
    expect(result).toEqual([Float64Array.of(1, 2), BigUint64Array.of(3n), true]);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    [`double x = 1 ${typed};`, "", "it is for repeated fields of numbers, and this one is not"],
    [`map<string, double> x = 1 ${typed};`, "", "repeated fields of numbers"],
    [`repeated string x = 1 ${typed};`, "", "this one holds string"],
    [`repeated bytes x = 1 ${typed};`, "", "this one holds bytes"],
    [`repeated M x = 1 ${typed};`, "", "this one holds message"],
    [`repeated bool x = 1 ${typed};`, "", "there is no typed array of booleans"],
    [`repeated E x = 1 ${typed};`, "", "without the enum's type"],
    [
      "repeated int64 x = 1 [(bowline.field).typed_array = true, jstype = JS_STRING];",
      "",
      "its 64-bit integers are generated as string",
    ],
    [`repeated fixed64 x = 1 ${typed};`, "int64=number", "are generated as number"],
  ];
  it.each(refused)("is refused by name on %s %s", (declaration, option, why) => {
    const { code, output } = generate(
      `${head} enum E { A = 0; } message M { ${declaration} }`,
      option === "" ? [] : [option],
    );
    expect(code).toBe(1);
    expect(output).toContain("a.M.x: (bowline.field).typed_array cannot be set: ");
    expect(output).toContain(why);
  });

  it("is refused on extensions, too, and takes nothing where it is false", () => {
    const extension = (rest: string): string =>
      `syntax = "proto2"; package a; import "bowline/options.proto";
       message M { extensions 100 to 200; } extend M { ${rest} }`;
    expect(generate(extension(`repeated bool flags = 100 ${typed};`)).output).toContain(
      "a.flags: (bowline.field).typed_array cannot be set",
    );
    const off = generate(
      `${head} message M { bool x = 1 [(bowline.field).typed_array = false]; }`,
      [],
      elsewhere,
    );
    expect(off).toEqual({ code: 0, output: "" });
  });
});
