// Code from every feature of descriptors, through the compilers that people use, compiled as strictly as TypeScript
// can and run. The plugin and the runtime are the built ones: `npm test` builds first.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  compile,
  copyFixture,
  filesBelow,
  fixtures,
  type Outcome,
  protoc,
  runBuf,
  runNode,
  runProtoc,
  scratch,
  vendor,
} from "./fixtures/scratch.js";

const protos = join(fixtures, "proto");
const sources = filesBelow(protos);
const folder = scratch("generated");
let fromProtoc: Outcome;
let fromBuf: Outcome;
let compiled: Outcome;

beforeAll(() => {
  fromProtoc = runProtoc(protos, sources, join(folder, "gen"));
  fromBuf = runBuf(protos, join(folder, "buf"));
  copyFixture("consumer/types.ts", folder);
  copyFixture("round-trip.mjs", folder);
  compiled = compile(folder);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** What template strings would take for an expression. */
const curly = (inner: string): string => `\${${inner}}`;
const text = (path: string): string => readFileSync(join(folder, path), "utf8");
// biome-ignore lint/suspicious/noExplicitAny: modules that exist only while the test runs
const load = (path: string): Promise<any> =>
  import(/* @vite-ignore */ pathToFileURL(join(folder, "js/gen", path)).href);

describe("the compilers", () => {
  it("protoc generates one file a .proto, for every edition it knows", () => {
    expect(fromProtoc.code, fromProtoc.output).toBe(0);
    expect(filesBelow(join(folder, "gen"))).toEqual(
      sources.map((file) => file.replace(/\.proto$/, ".pb.ts")),
    );
  });

  it("buf generates the same, but for the order of bytes in options", () => {
    expect(fromBuf).toEqual({ code: 0, output: "" });
    const descriptor = /^ {2}"[A-Za-z0-9+/=]{40,}",$/gm;
    for (const file of filesBelow(join(folder, "gen"))) {
      expect(text(`buf/${file}`).replace(descriptor, "")).toBe(
        text(`gen/${file}`).replace(descriptor, ""),
      );
    }
  });

  it("TypeScript accepts all of it under its strictest options, and the type tests", () => {
    expect(compiled).toEqual({ code: 0, output: "" });
  });
});

describe("generated code that runs", () => {
  it("writes every message and extension so that protoc reads the same", () => {
    const counts = JSON.parse(
      runNode(join(folder, "round-trip.mjs"), [
        join(folder, "js/gen"),
        protoc,
        `${protos},${vendor}`,
      ]),
    );
    expect(counts).toEqual({ messages: 109, views: 109, extensions: 25, compared: 166 });
  });

  it("moves unknown numbers of closed enums to the unknown fields, wherever they stand", async () => {
    const { equals, unknownFields } = await import("@bowline/protobuf");
    const { Closeds } = await load("features/legacy.pb.js");
    const entry = [0x32, 5, 0x0a, 1, 0x61, 0x10, 9];
    const bytes = Uint8Array.from([8, 9, 16, 1, 16, 9, 0x1a, 3, 1, 9, 2, 32, 9, ...entry]);
    const message = Closeds.decode(bytes);
    expect(message).toMatchObject({
      singular: undefined,
      expanded: [1],
      packed: [1, 2],
      choice: undefined,
    });
    expect(message.byName.size).toBe(0);
    expect(unknownFields(message).map((field) => field.number)).toEqual([1, 2, 3, 4, 6]);
    expect(equals(Closeds, Closeds.decode(Closeds.encode(message)), message)).toBe(true);
  });

  it("keeps unknown numbers of open enums in the fields", async () => {
    const { Lists, Scalars } = await load("features/modern.pb.js");
    expect(Scalars.decode(Uint8Array.of(96, 99)).enumValue).toBe(99);
    expect(Lists.decode(Uint8Array.of(0x62, 2, 99, 1)).enumValue).toEqual([99, 1]);
  });

  it("reads packed and expanded lists whatever the schema says", async () => {
    const { Lists } = await load("features/modern.pb.js");
    const packed = Uint8Array.of(0x2a, 2, 1, 2);
    const expanded = Uint8Array.of(40, 1, 40, 2);
    expect(Lists.decode(expanded)).toEqual(Lists.decode(packed));
    expect(Lists.encode({ int32Value: [1, 2] })).toEqual(packed);
    expect(Lists.encode({ expandedInt32: [1, 2] })).toEqual(Uint8Array.of(0x90, 1, 1, 0x90, 1, 2));
  });

  it("names the required fields that are missing", async () => {
    const { Holder, Required } = await load("features/legacy.pb.js");
    expect(() => Required.decode(new Uint8Array())).toThrow(/field name.*required/);
    expect(() => Holder.encode({ inner: { name: "x" } })).toThrow(/inner/);
    expect(Required.decode(new Uint8Array(), { allowPartial: true }).name).toBeUndefined();
  });

  it("carries the schema's defaults in descriptors", async () => {
    const { Defaults } = await load("features/legacy.pb.js");
    const byName = (name: string): unknown => Defaults.desc.fieldByName(name).default;
    expect(byName("text")).toBe(`a "quoted" \`text\` with ${curly("x")} */ and \n a newline`);
    expect(byName("data")).toEqual(Uint8Array.of(1, 255, 92, 34, 39, 122));
    expect([byName("infinite"), byName("negative"), byName("odd")]).toEqual([
      Infinity,
      -Infinity,
      NaN,
    ]);
    expect([byName("big"), byName("huge")]).toEqual([-(2n ** 63n), 2n ** 64n - 1n]);
    expect([byName("yes"), byName("closed")]).toEqual([true, -7]);
  });

  it("writes delimited messages between group tags", async () => {
    const { Delimited } = await load("features/edition2023.pb.js");
    expect(Delimited.encode({ child: { text: "a" } })).toEqual(Uint8Array.of(11, 0x42, 1, 97, 12));
    expect(Delimited.encode({ prefixed: {} })).toEqual(Uint8Array.of(0x32, 0));
    expect(Delimited.desc.fieldByName("by_name").mapValue.delimited).toBe(false);
  });

  it("has descriptors of custom options that read back", async () => {
    const legacy = await load("features/legacy.pb.js");
    const { FieldOptions, MessageOptions } = await import("@bowline/protobuf/wkt");
    const { getExtension } = await import("@bowline/protobuf");
    const { desc } = legacy.Annotated;
    const options = FieldOptions.decode(desc.fieldByName("noted").optionBytes);
    expect(getExtension(options, legacy.fieldNote)).toBe(`a \`note\` with ${curly("x")} */`);
    expect(getExtension(options, legacy.fieldNumbers)).toEqual([1, 2]);
    const defaults = getExtension(MessageOptions.decode(desc.optionBytes), legacy.messageDefaults);
    expect(defaults).toMatchObject({ text: "set by an option", closed: 1 });
  });

  it("describes services of all four kinds", async () => {
    const { AnswerService } = await load("features/service.pb.js");
    const kinds = Object.fromEntries(
      Object.entries<{ kind: string; idempotency: string }>(AnswerService.methods).map(
        ([name, m]) => [name, [m.kind, m.idempotency]],
      ),
    );
    expect(kinds).toEqual({
      unary: ["unary", "no_side_effects"],
      serverStream: ["server_streaming", "unknown"],
      clientStream: ["client_streaming", "idempotent"],
      bidi: ["bidi", "unknown"],
      nothing: ["unary", "unknown"],
    });
    expect(AnswerService.desc.deprecated).toBe(true);
  });
});

describe("names that collide", () => {
  it("keep their messages apart", async () => {
    const { A_B, A_B$, A_B_C, A_B_C$, FooInit, Uses } = await load("names/fields.pb.js");
    expect([A_B, A_B$, A_B_C, A_B_C$, FooInit].map((type) => type.typeName)).toEqual([
      "names.fields.A_B",
      "names.fields.A.B",
      "names.fields.A.B_C",
      "names.fields.A_B.C",
      "names.fields.FooInit",
    ]);
    expect(Uses.decode(Uses.encode({ one: { from: 1 }, two: { other: 2 } }))).toMatchObject({
      one: { from: 1 },
      two: { other: 2 },
    });
  });

  it("keep their fields apart", async () => {
    const { Clash } = await load("names/clash.pb.js");
    const keys = Object.keys(Clash.create());
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(
      expect.arrayContaining([
        "fooBar",
        "fooBar$2",
        "fooBar$3",
        "constructor$",
        "toString$",
        "toString$$6",
        "$",
        "$$18",
        "_1",
        "_2",
        "Proto",
        "then",
        "static",
      ]),
    );
    const message = Clash.create(
      Object.fromEntries(
        keys
          .filter((key) => typeof Clash.create()[key] === "undefined" && !key.includes("Oneof"))
          .map((key) => [key, key]),
      ),
    );
    expect(Clash.decode(Clash.encode(message))).toEqual(message);
    expect(String(message)).toBe("[object Object]");
  });

  it("leave a client awaitable and its own members alone", async () => {
    const { Request } = await load("names/globals.pb.js");
    expect(Object.keys(Request.methods)).toEqual([
      "then$",
      "constructor$",
      "toString$",
      "_",
      "same",
      "same$5",
      "hasOwnProperty$",
      "delete",
    ]);
    expect(Request.methods.same$5.path).toBe("/names.globals.Request/same");
  });

  it("never make an enum's constant inherit", async () => {
    const { Odd, Values } = await load("names/fields.pb.js");
    expect(Object.getPrototypeOf(Odd)).toBe(Object.prototype);
    expect({ ...Odd }).toEqual({
      zero: 0,
      __proto__$: 1,
      constructor: 2,
      toString: 3,
      hasOwnProperty: -4,
    });
    expect(Values).toEqual({ VALUES_: 0, VALUES_1: 1, VALUES_2ND: 2 });
  });
});

describe("documentation", () => {
  it("is taken from every place a comment can stand at", () => {
    const code = text("gen/features/comments.pb.ts");
    const above = (line: string): string => {
      const lines = code.split("\n");
      const at = lines.findIndex((candidate) => candidate.trim().startsWith(line));
      let start = at;
      while (!lines[start]!.trim().startsWith("/**")) start--;
      return lines
        .slice(start, at)
        .map((each) => each.trim())
        .join("\n");
    };
    expect(above("export interface Documented {")).toBe(
      [
        "/**",
        `* First line of a *\\/ comment that tries to end: /\\* and \`${curly("process.exit(9)")}\`.`,
        "*",
        "*   indented code *\\/",
        "*",
        "* \\@deprecated is what its author wrote, and <script>, and ünïcode 🪢, and a \\ backslash.",
        "*/",
      ].join("\n"),
    );
    expect(above("leading:")).toBe("/** Leading. */");
    expect(above("trailing:")).toBe("/** Trailing: *\\/ export const injected = 1; /\\* */");
    expect(above("block:")).toBe("/**\n* A block\n* of lines\n*\n* with an end.\n*/");
    expect(above("choice:")).toBe(
      "/**\n* What the choice is.\n*\n* `one`: One *\\/ way.\n*\n* `two`: Another way,\n* in two lines.\n*/",
    );
    expect(above("labels:")).toBe("/** A map's comment. */");
    expect(above("export interface Documented_Nested {")).toBe("/** Behind a map entry. */");
    expect(above("text:")).toBe("/** The nested field. */");
    expect(above("export const Documented_Kind =")).toBe("/** Nested enum. */");
    expect(above("UNSPECIFIED:")).toBe("/** Zero. */");
    expect(above("ONE:")).toBe("/** One, trailing. */");
  });

  it("marks what is deprecated", () => {
    const modern = text("gen/features/modern.pb.ts");
    expect(modern).toMatch(/\/\*\* @deprecated \*\/\n {2}dropped: string;/);
    expect(modern).toMatch(/\/\*\* @deprecated \*\/\nexport const VeryOld: /);
    expect(modern).toMatch(/\/\*\* @deprecated \*\/\nexport const VeryOld_Kind = /);
    expect(modern).toMatch(/\/\*\* @deprecated \*\/\n {2}LOST: 1,/);
    const service = text("gen/features/service.pb.ts");
    expect(service).toMatch(
      /\/\*\*\n \* Answers\.\n \*\n \* @deprecated\n \*\/\nexport const AnswerService/,
    );
    expect(service).toMatch(/\/\*\* @deprecated \*\/\n {2}serverStream:/);
    const shared = text("gen/features/shared.pb.ts");
    expect(shared).toMatch(/\/\*\* @deprecated \*\/\nexport const Shared: /);
    expect(shared).toMatch(/\/\*\* @deprecated \*\/\nexport const Shared_Level = /);
  });
});

describe("the runtime's version", () => {
  it("is checked by the compiler and at run time", async () => {
    const code = text("gen/features/deep.pb.ts").replace('\n  "1",\n', '\n  "2",\n');
    const other = scratch("version");
    writeFileSync(join(other, "deep.pb.ts"), code);
    const { code: exit, output } = compile(other);
    expect(exit).not.toBe(0);
    expect(output).toMatch(/deep\.pb\.ts.*'"2"' is not assignable to parameter of type '"1"'/);
    await expect(
      import(/* @vite-ignore */ pathToFileURL(join(other, "js/deep.pb.js")).href),
    ).rejects.toThrow(/codegen version 2; generate the code again/);
    rmSync(other, { recursive: true });
  });
});

describe("the compiler's word on a wrong init", () => {
  it("names the field, and the type in the schema's words", () => {
    const wrong = scratch("wrong");
    const out = runProtoc(
      protos,
      ["features/modern.proto", "features/shared.proto", "features/deep.proto"],
      join(wrong, "gen"),
    );
    expect(out.code, out.output).toBe(0);
    writeFileSync(
      join(wrong, "use.ts"),
      'import { Optionals } from "./gen/features/modern.pb.js";\n' +
        "Optionals.create({ stringValu: 1 });\n" +
        "Optionals.create({ stringValue: 1 });\n",
    );
    const { output } = compile(wrong);
    rmSync(wrong, { recursive: true });
    expect(
      output.split("\n").filter((line) => line.startsWith("use.ts") || line.includes("use.ts(")),
    ).toEqual([
      expect.stringMatching(
        /'stringValu' does not exist in type 'OptionalsInit'\. Did you mean to write 'stringValue'\?/,
      ),
      expect.stringMatching(/Type 'number' is not assignable to type 'string'/),
    ]);
  });
});
