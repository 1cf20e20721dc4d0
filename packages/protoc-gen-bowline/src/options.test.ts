import { describe, expect, it } from "vitest";
import {
  createRuleUse,
  isOpenByOption,
  mappedModule,
  OptionError,
  optionsHelp,
  parseOptions,
} from "./options.js";
import { moduleFrom } from "./type-map.js";

function errorOf(parameter: string): OptionError {
  try {
    parseOptions(parameter);
  } catch (error) {
    if (error instanceof OptionError) return error;
    throw error;
  }
  throw new Error(`"${parameter}" was accepted`);
}

const api = { path: "google/api/http.proto", package: "google.api" };

describe("parseOptions", () => {
  it("gives every option its default for an empty parameter", () => {
    expect(parseOptions("")).toEqual({
      target: "ts",
      importExtension: "js",
      int64: "bigint",
      services: "rpc",
      views: true,
      unknownFields: "keep",
      unverifiedStrings: "string",
      enums: "schema",
      descriptorSet: false,
      openEnums: [],
      typeMaps: [],
      imports: [],
      protobufImport: undefined,
    });
  });

  it("reads every option", () => {
    const options = parseOptions(
      "target=js,import_extension=none,int64=string,services=none,views=false,unknown_fields=drop," +
        "unverified_strings=bytes,enums=open,descriptor_set=true,protobuf_import=../codegen/v1.js",
    );
    expect(options).toMatchObject({
      target: "js",
      importExtension: "none",
      int64: "string",
      services: "none",
      views: false,
      unknownFields: "drop",
      unverifiedStrings: "bytes",
      enums: "open",
      descriptorSet: true,
      protobufImport: "../codegen/v1.js",
    });
  });

  it("ignores empty entries and spaces around an entry", () => {
    expect(parseOptions(" target=js , ,int64 = number,")).toMatchObject({
      target: "js",
      int64: "number",
    });
  });

  it("refuses an unknown option, names the one that was meant and all valid ones", () => {
    const error = errorOf("int46=bigint");
    expect(error.option).toBe("int46");
    expect(error.message).toBe(
      'unknown option "int46" (did you mean "int64"?); valid options are target, ' +
        "import_extension, int64, services, views, unknown_fields, unverified_strings, enums, " +
        "descriptor_set, open_enum, map_type, import_map, package_map",
    );
    expect(errorOf("importExtension=js").message).toContain('did you mean "import_extension"?');
  });

  it("suggests nothing for a name that is near none", () => {
    expect(errorOf("plugins=grpc").message).not.toContain("did you mean");
    expect(errorOf(`${"target".repeat(10_000)}=1`).message).not.toContain("did you mean");
  });

  it("takes names that objects inherit as unknown options", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(errorOf(`${name}=1`).message).toContain(`unknown option "${name}"`);
    }
  });

  it("refuses a misspelt value and names the valid ones", () => {
    expect(errorOf("int64=bigit").message).toBe(
      'option "int64" does not take "bigit" (did you mean "bigint"?); valid values are bigint, string, number',
    );
    expect(errorOf("import_extension=.js").message).toContain('did you mean "js"?');
    expect(errorOf("descriptor_set=yes").message).toContain("valid values are false, true");
  });

  it("refuses an option without a value and says how to write it", () => {
    expect(errorOf("target").message).toBe('option "target" needs a value: target=ts or target=js');
    expect(errorOf("import_map=").message).toBe(
      'option "import_map" needs a value: import_map=GLOB:MODULE',
    );
  });

  it("refuses an option given twice", () => {
    expect(errorOf("target=ts,target=js").message).toContain("given twice");
  });

  it("refuses a mapping that has no module or a module that could leave its string", () => {
    expect(errorOf("import_map=google/api/*.proto").message).toContain("expected GLOB:MODULE");
    expect(errorOf("package_map=google.api").message).toContain("expected PACKAGE:MODULE");
    for (const module of ['"; evil()', "a\nb", "../elsewhere", "a b", "a\\b", "/tmp/x"]) {
      expect(errorOf(`import_map=a.proto:${module}`).message).toContain("does not take the module");
    }
    expect(errorOf("package_map=google/api:x").message).toContain("is no package name");
    expect(errorOf("open_enum=a.*.b").message).toContain("expected the full name of an enum");
  });
});

describe("mappedModule", () => {
  it("maps files by path: * within a part, ** across parts", () => {
    const module = (map: string, path: string): string | undefined => {
      const options = parseOptions(map);
      return mappedModule(options, { path, package: "" }, createRuleUse(options));
    };
    const one = "import_map=google/api/*.proto:@acme/google-api";
    expect(module(one, "google/api/http.proto")).toBe("@acme/google-api/google/api/http.pb.js");
    expect(module(one, "google/api/expr/v1/value.proto")).toBeUndefined();
    expect(module(one, "my/google/api/http.proto")).toBeUndefined();
    const all = "import_map=google/**:npm:@acme/google/";
    expect(module(all, "google/api/expr/v1/value.proto")).toBe(
      "npm:@acme/google/google/api/expr/v1/value.pb.js",
    );
    expect(module("import_map=**/v1/*.proto:x", "v1/a.proto")).toBe("x/v1/a.pb.js");
    expect(module("import_map=**/v1/*.proto:x", "a/b/v1/a.proto")).toBe("x/a/b/v1/a.pb.js");
    expect(module("import_map=a?b.proto:x", "a.b.proto")).toBe("x/a.b.pb.js");
    expect(module("import_map=a.b.proto:x", "a-b.proto")).toBeUndefined();
  });

  it("uses a module that ends in .js as it is", () => {
    const options = parseOptions("import_map=google/**:@acme/google/index.js");
    expect(mappedModule(options, api, createRuleUse(options))).toBe("@acme/google/index.js");
  });

  it("maps files by package, and by packages below with .*", () => {
    const options = parseOptions("package_map=google.api:@acme/api,package_map=google.*:@acme/all");
    const use = createRuleUse(options);
    expect(mappedModule(options, api, use)).toBe("@acme/api/google/api/http.pb.js");
    expect(mappedModule(options, { path: "x.proto", package: "google.rpc" }, use)).toBe(
      "@acme/all/x.pb.js",
    );
    expect(mappedModule(options, { path: "x.proto", package: "google" }, use)).toBe(
      "@acme/all/x.pb.js",
    );
    expect(mappedModule(options, { path: "x.proto", package: "googleads" }, use)).toBeUndefined();
    expect(mappedModule(options, { path: "x.proto", package: "" }, use)).toBeUndefined();
  });

  it("lets the first matching rule decide, import_map before package_map", () => {
    const options = parseOptions(
      "package_map=google.api:third,import_map=google/**:first,import_map=google/api/**:second",
    );
    const use = createRuleUse(options);
    expect(mappedModule(options, api, use)).toBe("first/google/api/http.pb.js");
    expect(use.unused()).toEqual([
      "import_map=google/api/**:second",
      "package_map=google.api:third",
    ]);
  });
});

describe("isOpenByOption", () => {
  it("takes an enum by its full name or by a pattern, and notes the rules that matched", () => {
    const options = parseOptions("open_enum=a.v1.Color,open_enum=b.*,open_enum=c.*");
    const use = createRuleUse(options);
    expect(isOpenByOption(options, "a.v1.Color", use)).toBe(true);
    expect(isOpenByOption(options, "a.v1.Colors", use)).toBe(false);
    expect(isOpenByOption(options, "b.v1.Outer.Kind", use)).toBe(true);
    expect(isOpenByOption(options, "bb.Kind", use)).toBe(false);
    expect(use.unused()).toEqual(["open_enum=c.*"]);
  });

  it("takes every enum under enums=open", () => {
    const options = parseOptions("enums=open");
    expect(isOpenByOption(options, "x.Y", createRuleUse(options))).toBe(true);
  });
});

describe("map_type", () => {
  it("takes what the runtime brings and exports of modules", () => {
    const { typeMaps } = parseOptions(
      "map_type=google.protobuf.Timestamp:ExactDate,map_type=a.v1.Money:./money.js#money," +
        "map_type=b.X:@acme/types/x.js#$x1, map_type = Top : ../src/#a.ts#top ",
    );
    expect(typeMaps).toEqual([
      {
        text: "map_type=google.protobuf.Timestamp:ExactDate",
        typeName: "google.protobuf.Timestamp",
        target: { kind: "runtime", name: "timestampAsExactDate", type: "globalThis.Date" },
      },
      {
        text: "map_type=a.v1.Money:./money.js#money",
        typeName: "a.v1.Money",
        target: { kind: "module", module: "./money.js", name: "money" },
      },
      {
        text: "map_type=b.X:@acme/types/x.js#$x1",
        typeName: "b.X",
        target: { kind: "module", module: "@acme/types/x.js", name: "$x1" },
      },
      {
        text: "map_type=Top : ../src/#a.ts#top",
        typeName: "Top",
        target: { kind: "module", module: "../src/#a.ts", name: "top" },
      },
    ]);
  });

  it("turns paths from the output folder into paths from the file", () => {
    expect(moduleFrom("a.proto", "./money.js")).toBe("./money.js");
    expect(moduleFrom("a.proto", "../money.js")).toBe("../money.js");
    expect(moduleFrom("a/v1/b.proto", "./money.js")).toBe("../../money.js");
    expect(moduleFrom("a/v1/b.proto", "../src/money.js")).toBe("../../../src/money.js");
    expect(moduleFrom("a/v1/b.proto", "@acme/money")).toBe("@acme/money");
  });

  const refused: readonly (readonly [string, string])[] = [
    [
      "Timestamp",
      "expected pkg.Message:Date or pkg.Message:MODULE#EXPORT, such as google.protobuf",
    ],
    [":Date", "expected pkg.Message:Date"],
    ["a.*:Date", "expected pkg.Message:Date"],
    ["google.protobuf.Timestamp:date", '"date" is none of Date, ExactDate, nor an export'],
    ["google.protobuf.Timestamp:toString", "is none of Date, ExactDate"],
    ["a.Day:Date", "Date is for google.protobuf.Timestamp only"],
    ["a.M:./money.js", '"./money.js" is none of Date, ExactDate, nor an export of a module'],
    ["a.M:#money", '"" is no module'],
    ["a.M:/abs/money.js#m", '"/abs/money.js" is no module'],
    ["a.M:.hidden#m", '".hidden" is no module'],
    ['a.M:./a".js#m', "is no module"],
    ["a.M:./money.js#", '"" is not the name of an export'],
    ["a.M:./money.js#a-b", '"a-b" is not the name of an export'],
  ];
  it.each(refused)("refuses %s and says what is valid", (value, why) => {
    const { option, message } = errorOf(`map_type=${value}`);
    expect(option).toBe("map_type");
    expect(message).toContain(`option "map_type" does not take "${value}"`);
    expect(message).toContain(why);
  });

  it("takes each type once", () => {
    expect(errorOf("map_type=a.M:./a.js#a,map_type=a.M:./b.js#b").message).toContain(
      "a.M is mapped already",
    );
    expect(errorOf("map_type=").message).toContain("map_type=pkg.Message:Date");
  });
});

it("the help names every option once, with its default", () => {
  for (const name of ["target", "import_extension", "int64", "open_enum", "package_map"]) {
    expect(optionsHelp.match(new RegExp(`^ {2}${name}=`, "gm"))).toHaveLength(1);
  }
  expect(optionsHelp).toContain("(default bigint)");
});
