// What the plugin writes for its options: the same each time, in the shape that was asked for.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { FileDescriptorSet } from "@bowline/protobuf/wkt";
import { afterAll, describe, expect, it } from "vitest";
import { request } from "./fixtures/descriptor-bytes.js";
import {
  compile,
  copyFixture,
  filesBelow,
  fixtures,
  outcome,
  protoc,
  root,
  runBuf,
  runNode,
  runProtoc,
  scratch,
  vendor,
} from "./fixtures/scratch.js";
import { generate } from "./plugin.js";

const protos = join(fixtures, "proto");
const sources = filesBelow(protos);
const folders: string[] = [];
const folder = (name: string): string => {
  const made = scratch(name);
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

/** The descriptors of all the schemas, as protoc hands them to a plugin. */
const descriptors = ((): Uint8Array[] => {
  const path = join(folder("descriptors"), "all.binpb");
  const args = [
    "--include_imports",
    "--include_source_info",
    `-o${path}`,
    `-I${protos}`,
    `-I${vendor}`,
  ];
  const { code, output } = outcome(protoc, [...args, ...sources]);
  if (code !== 0) throw new Error(output);
  return split(readFileSync(path));
})();

/** The elements of field 1. */
function split(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let p = 0; p < bytes.length; ) {
    let length = 0;
    let shift = 0;
    for (p++; ; shift += 7) {
      const byte = bytes[p++]!;
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    parts.push(bytes.subarray(p, p + length));
    p += length;
  }
  return parts;
}

function texts(names: readonly string[], options = ""): Map<string, string> {
  const { files, error } = generate(request(descriptors, names, options));
  expect(error).toBeUndefined();
  return new Map(files.map((file) => [file.name, "content" in file ? file.content : ""]));
}

function write(into: string, files: ReadonlyMap<string, string>): void {
  for (const [name, content] of files) {
    mkdirSync(dirname(join(into, name)), { recursive: true });
    writeFileSync(join(into, name), content);
  }
}

describe("output", () => {
  it("is the same each time, whatever is asked for together and in which order", () => {
    const all = texts(sources);
    expect(texts(sources)).toEqual(all);
    const reversed = texts([...sources].reverse());
    for (const [name, content] of all) expect(reversed.get(name)).toBe(content);
    const alone = texts(["features/modern.proto"]);
    expect([...alone]).toEqual([["features/modern.pb.ts", all.get("features/modern.pb.ts")]]);
  });

  it("passes a linter that has its defaults on", () => {
    const made = folder("lint");
    write(made, texts(sources));
    writeFileSync(join(made, "biome.json"), '{\n\t"root": true\n}\n');
    const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
    const { code, output } = outcome(process.execPath, [
      biome,
      "check",
      "--error-on-warnings",
      `--config-path=${made}`,
      made,
    ]);
    expect(output).toMatch(/Checked 16 files/);
    expect(code, output).toBe(0);
  });

  it("has no trailing white space and ends with one line break", () => {
    for (const [name, content] of texts(sources)) {
      expect(content, name).not.toMatch(/[ \t]$/m);
      expect(content, name).toMatch(/[^\n]\n$/);
    }
  });
});

describe("target=js", () => {
  it("gives the same program with its types beside it", async () => {
    const made = folder("javascript");
    write(join(made, "gen"), texts(sources, "target=js"));
    writeFileSync(join(made, "types.ts"), readFileSync(join(fixtures, "consumer/types.ts")));
    expect(compile(made, { skipLibCheck: false, noEmit: true })).toEqual({ code: 0, output: "" });
    const load = (path: string) =>
      import(/* @vite-ignore */ pathToFileURL(join(made, "gen", path)).href);
    const { Scalars, Maps } = await load("features/modern.pb.js");
    const { AnswerService } = await load("features/service.pb.js");
    const message = Scalars.create({ int64Value: -5n, stringValue: "x" });
    expect(Scalars.decode(Scalars.encode(message))).toEqual(message);
    expect(Maps.decode(Maps.encode({ stringString: { a: "b" } })).stringString.get("a")).toBe("b");
    expect(AnswerService.methods.bidi.path).toBe("/features.service.AnswerService/Bidi");
    const names = filesBelow(join(made, "gen"));
    expect(names).toEqual(
      sources.flatMap((file) => [
        file.replace(/\.proto$/, ".pb.d.ts"),
        file.replace(/\.proto$/, ".pb.js"),
      ]),
    );
  });
});

describe("options", () => {
  it("give code that compiles and that protoc agrees with, in every combination", async () => {
    const combinations = [
      "int64=string",
      "int64=number,services=none",
      "enums=open,unverified_strings=bytes",
      "open_enum=features.legacy.*,int64=string",
      "unknown_fields=drop",
    ];
    const made = folder("options");
    for (const [i, options] of combinations.entries())
      write(join(made, `gen${i}`), texts(sources, options));
    expect(compile(made)).toEqual({ code: 0, output: "" });
    copyFixture("round-trip.mjs", made);
    for (const [i, options] of combinations.entries()) {
      // extensions are unknown fields
      if (options === "unknown_fields=drop") continue;
      const args = [join(made, `js/gen${i}`), protoc, `${protos},${vendor}`];
      const counts = JSON.parse(runNode(join(made, "round-trip.mjs"), args));
      expect(counts).toMatchObject({ messages: 109, views: 109, extensions: 25 });
    }
    const dropping = await import(
      /* @vite-ignore */ pathToFileURL(join(made, "js/gen4/features/deep.pb.js")).href
    );
    expect(dropping.Deep.encode(dropping.Deep.decode(Uint8Array.of(0x18, 1)))).toHaveLength(0);
    const read = (path: string): string => readFileSync(join(made, path), "utf8");
    expect(read("gen0/features/modern.pb.ts")).toMatch(/ {2}int64Value: string;/);
    expect(read("gen1/features/modern.pb.ts")).toMatch(/ {2}int64Value: number;/);
    expect(read("gen1/features/service.pb.ts")).not.toMatch(/AnswerService:|@bowline\/rpc/);
    expect(read("gen2/features/edition2023.pb.ts")).toMatch(
      / {2}unverified: Uint8Array \| undefined;/,
    );
    expect(read("gen2/features/legacy.pb.ts")).toMatch(
      /export type Closed = .* \| \(number & \{\}\);/,
    );
    expect(read("gen3/features/legacy.pb.ts")).toMatch(
      /export type Closed = .* \| \(number & \{\}\);/,
    );
    expect(read("gen3/features/edition2023.pb.ts")).toMatch(/export type Closed = [^&]*;/);
  }, 60_000);

  it("views=false leaves the views out", () => {
    for (const target of ["ts", "js"]) {
      for (const [name, content] of texts(sources, `views=false,target=${target}`))
        expect(content, name).not.toMatch(/View|\$scan|\$check/);
    }
    const [[, content] = ["", ""]] = texts(["features/deep.proto"]);
    expect(content).toMatch(/^export interface DeepView extends View<Deep> \{$/m);
    expect(content).toMatch(/^export const DeepView: ViewType<DeepView, Deep> = /m);
    const declared = texts(["features/deep.proto"], "target=js").get("features/deep.pb.d.ts");
    expect(declared).toMatch(/^export declare const DeepView: ViewType<DeepView, Deep>;$/m);
  });

  it("import_extension decides what relative imports end in", () => {
    const importOf = (options: string): string | undefined =>
      /from "\.\/shared([^"]*)"/.exec(
        texts(["features/modern.proto", "features/shared.proto"], options).get(
          "features/modern.pb.ts",
        )!,
      )?.[1];
    expect(
      ["js", "ts", "none"].map((extension) => importOf(`import_extension=${extension}`)),
    ).toEqual([".pb.js", ".pb.ts", ".pb"]);
  });

  it("import_map and package_map decide where code that is not generated comes from", () => {
    const modules = (options: string): string[] =>
      [
        ...texts(["features/modern.proto"], options)
          .get("features/modern.pb.ts")!
          .matchAll(/^(?:import .*|\}) from "(.*)";$/gm),
      ]
        .map(([, module]) => module!)
        .filter(
          (module) =>
            module.includes("shared") || module.includes("deep") || module.includes("acme"),
        );
    expect(modules("")).toEqual(["./deep.pb.js", "./shared.pb.js"]);
    expect(modules("import_map=features/*.proto:@acme/a")).toEqual([
      "@acme/a/features/deep.pb.js",
      "@acme/a/features/shared.pb.js",
    ]);
    expect(modules("package_map=features.deep:@acme/deep.js")).toEqual([
      "./shared.pb.js",
      "@acme/deep.js",
    ]);
  });

  it("an unknown one is an error that names the valid ones, through both compilers", () => {
    const made = folder("unknown");
    const wanted = /int_64.*\bint64\b/s;
    const byProtoc = runProtoc(protos, ["features/deep.proto"], join(made, "protoc"), [
      "int_64=string",
    ]);
    expect(byProtoc.code).not.toBe(0);
    expect(byProtoc.output).toMatch(wanted);
    const byBuf = runBuf(protos, join(made, "buf"), ["int_64=string"]);
    expect(byBuf.code).not.toBe(0);
    expect(byBuf.output).toMatch(wanted);
  });

  it("a rule that matches nothing is a warning", () => {
    const made = folder("warning");
    const { code, output } = runProtoc(protos, ["features/deep.proto"], made, [
      "open_enum=no.such.Enum",
    ]);
    expect(code).toBe(0);
    expect(output).toMatch(/warning: the option open_enum=no\.such\.Enum matched nothing/);
  });
});

describe("descriptor_set=true", () => {
  it("writes what the run saw, byte for byte, through both compilers", () => {
    const made = folder("descriptor-set");
    const byProtoc = runProtoc(protos, sources, join(made, "protoc"), ["descriptor_set=true"]);
    expect(byProtoc.code, byProtoc.output).toBe(0);
    const written = readFileSync(join(made, "protoc/descriptor_set.binpb"));
    const names = FileDescriptorSet.decode(written).file.map((file) => file.name);
    expect(names).toEqual(expect.arrayContaining([...sources, "google/protobuf/any.proto"]));
    const { files } = generate(request(split(written), sources, "descriptor_set=true"));
    const set = files.find((file) => file.name === "descriptor_set.binpb");
    expect(set !== undefined && "bytes" in set && written.equals(set.bytes)).toBe(true);

    expect(runBuf(protos, join(made, "buf"), ["descriptor_set=true"])).toEqual({
      code: 0,
      output: "",
    });
    const buf = join(root, "node_modules/@bufbuild/buf/bin/buf");
    const image = join(made, "image.binpb");
    const built = outcome(process.execPath, [
      buf,
      "build",
      protos,
      "-o",
      image,
      "--as-file-descriptor-set",
    ]);
    expect(built).toEqual({ code: 0, output: "" });
    expect(readFileSync(join(made, "buf/descriptor_set.binpb")).equals(readFileSync(image))).toBe(
      true,
    );
  });
});
