import { describe, expect, it } from "vitest";
import { type Config, parseConfig } from "./config.js";
import { ConfigError } from "./yaml-file.js";

function errorOf(text: string): string {
  try {
    parseConfig(text, "bowline.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

const head = "version: v1\ninputs: [proto]\n";

describe("parseConfig", () => {
  it("fills in the defaults", () => {
    const config: Config = parseConfig(head, "bowline.yaml");
    expect(config).toMatchObject({
      inputs: [{ path: "proto" }],
      imports: [],
      exclude: [],
      out: { path: "gen" },
      options: [],
      clean: false,
      includeImports: false,
      plugins: [],
    });
  });

  it("reads every key", () => {
    const text = `${head}imports: [vendor]
exclude: [proto/old]
out: src/gen
options:
  int64: string
  descriptor_set: true
  open_enum: [a.v1.Color, b.*]
clean: true
include_imports: true
plugins:
  - local: protoc-gen-es
    out: es
    opt: [target=ts]
`;
    expect(parseConfig(text, "bowline.yaml")).toMatchObject({
      imports: [{ path: "vendor" }],
      exclude: [{ path: "proto/old" }],
      out: { path: "src/gen" },
      options: ["int64=string", "descriptor_set=true", "open_enum=a.v1.Color", "open_enum=b.*"],
      clean: true,
      includeImports: true,
      plugins: [{ local: "protoc-gen-es", out: "es", opt: ["target=ts"] }],
    });
  });

  it("shows an unknown key with its place, the one that was meant, and all valid ones", () => {
    expect(errorOf(`${head}option: {}\n`)).toBe(
      'bowline.yaml:3:1: unknown key "option" (did you mean "options"?); valid keys are version, inputs, imports, exclude, out, options, clean, include_imports, plugins\n' +
        "  option: {}\n" +
        "  ^^^^^^\n",
    );
  });

  it("shows an unknown option at its key and a misspelt value at the value", () => {
    expect(errorOf(`${head}options:\n  int46: bigint\n`)).toMatch(
      /^bowline\.yaml:4:3: unknown option "int46" \(did you mean "int64"\?\); .*\n {2} {2}int46: bigint\n {2} {2}\^{5}\n$/,
    );
    expect(errorOf(`${head}options:\n  int64: bigit\n`)).toMatch(
      /^bowline\.yaml:4:10: option "int64" does not take "bigit" \(did you mean "bigint"\?\).*\n {2} {2}int64: bigit\n {9} {2}\^{5}\n$/,
    );
    expect(errorOf(`${head}options:\n  open_enum:\n    - a.B\n    - "*"\n`)).toContain(
      "bowline.yaml:6:7: ",
    );
  });

  it("refuses an option value that would be taken for two options", () => {
    expect(errorOf(`${head}options: { target: "ts,int64=string" }\n`)).toContain("without a comma");
  });

  it("shows YAML that cannot be parsed with its place", () => {
    expect(errorOf("version: v1\ninputs: [proto\nout: gen\n")).toMatch(/^bowline\.yaml:\d+:\d+: /);
    expect(errorOf(`${head}inputs: [again]\n`)).toMatch(/^bowline\.yaml:3:1: .*unique/);
  });

  it("asks for version and inputs, and refuses other versions", () => {
    expect(errorOf("inputs: [proto]\n")).toContain('the line "version: v1" is missing');
    expect(errorOf("version: v2\ninputs: [proto]\n")).toContain(
      "bowline.yaml:1:10: unknown version",
    );
    expect(errorOf("version: v1\n")).toContain("inputs is missing");
    expect(errorOf("version: v1\ninputs: []\n")).toContain("inputs is empty");
    expect(errorOf("")).toContain("must be a mapping");
  });

  it("refuses values of the wrong kind at their place", () => {
    const cases: [string, string][] = [
      ["version: v1\ninputs: proto\n", "2:9: inputs must be a list of paths"],
      ["version: v1\ninputs: [{}]\n", "2:10: inputs must hold paths"],
      [`${head}out: []\n`, "3:6: out must be the path of a folder"],
      [`${head}clean: yes please\n`, "3:8: clean must be true or false"],
      [`${head}options: [a]\n`, "3:10: options must be a mapping"],
      [`${head}plugins: {}\n`, "3:10: plugins must be a list"],
      [`${head}plugins: [x]\n`, "3:11: a plugin must be a mapping"],
      [`${head}__proto__: 1\n`, '3:1: unknown key "__proto__"'],
    ];
    for (const [text, message] of cases) expect(errorOf(text)).toContain(message);
  });
});
