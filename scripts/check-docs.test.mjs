import { describe, expect, test } from "vitest";
import {
  curlLines,
  fencesOf,
  forbiddenImport,
  missingLine,
  printedLines,
  reasonsOf,
} from "./check-docs.mjs";

describe("check-docs", () => {
  test("a fence carries its language, its file name, its text and its line", () => {
    expect(fencesOf("# T\n\n```ts server.ts\nlet a;\n```\n")).toEqual([
      { language: "ts", file: "server.ts", text: "let a;\n", line: 3 },
    ]);
  });

  test("a fence that is never closed is an error", () => {
    expect(() => fencesOf("```ts\nlet a;\n")).toThrow("line 1");
  });

  test.each([
    "@bowline/protobuf/internal",
    "@bowline/rpc/codegen/v1",
    "../packages/rpc/src/index.js",
  ])("an example may not import %s", (specifier) => {
    expect(forbiddenImport(`import { a } from "${specifier}";`)).toBe(specifier);
  });

  test("an example may import what a package exports for users", () => {
    expect(
      forbiddenImport('import { a } from "@bowline/protobuf/json";\nimport "./gen/a.pb.js";'),
    ).toBeUndefined();
  });

  test("a curl line gives its request and the answer that the comment below names", () => {
    const text =
      "curl -H 'content-type: application/json' \\\n  -d '{\"name\":\"Ada\"}' http://localhost:1/a\n# {}\n";
    expect(curlLines(text)).toEqual([
      {
        url: "http://localhost:1/a",
        headers: { "content-type": "application/json" },
        body: '{"name":"Ada"}',
        answer: "{}",
      },
    ]);
  });

  test("a curl option that it does not know is an error, so that no line passes unread", () => {
    expect(() => curlLines("curl -X PUT http://localhost:1/")).toThrow("-X");
  });

  test("the comment behind console.log says what is printed", () => {
    expect(
      printedLines("console.log(a); // 1\n  console.log(f(b));   // x: 2\nlet c; // 3\n"),
    ).toEqual(["1", "x: 2"]);
  });

  test("lines have to be printed in their order", () => {
    expect(missingLine("a\nb\nc\n", ["a", "c"])).toBeUndefined();
    expect(missingLine("a\nb\n", ["b", "a"])).toBe("a");
  });

  test("a reason is a whole string in the source", () => {
    expect(reasonsOf('{ reason: "BOWLINE_A_B" } `BOWLINE_A` slice("BOWLINE_A_".length)')).toEqual([
      "BOWLINE_A_B",
    ]);
  });
});
