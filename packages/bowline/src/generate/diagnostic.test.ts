import { expect, it } from "vitest";
import { createScratchProject } from "../fixtures/scratch-project.js";
import { createDiagnosticReader } from "./diagnostic.js";

function error(line: number, start: number, end: number, path = "p/a.proto"): string {
  return JSON.stringify({
    path,
    start_line: line,
    start_column: start,
    end_line: line,
    end_column: end,
    type: "COMPILE",
    message: "oops",
  });
}

it("shows an error of buf with path, source line and caret, from where the user stands", async () => {
  await using project = createScratchProject({ "p/a.proto": "one\n  strin name = 1;\r\nthree" });
  const reader = createDiagnosticReader(project.folder, `${project.folder}/p`, "?");
  expect(reader.read(error(2, 3, 8))).toBe("a.proto:2:3: oops\n    strin name = 1;\n    ^^^^^\n");
  expect(reader.read(error(3, 1, 6))).toBe("a.proto:3:1: oops\n  three\n  ^^^^^\n");
});

it("counts columns in characters though buf counts bytes, and aligns tabs and wide characters", async () => {
  await using project = createScratchProject({
    "p/a.proto": "/*é*/ strin\n\tstrin\n/*漢😀*/ strin\n",
  });
  const reader = createDiagnosticReader(project.folder, project.folder, "?");
  expect(reader.read(error(1, 8, 13))).toBe("p/a.proto:1:7: oops\n  /*é*/ strin\n        ^^^^^\n");
  expect(reader.read(error(2, 2, 7))).toBe("p/a.proto:2:2: oops\n  \tstrin\n  \t^^^^^\n");
  expect(reader.read(error(3, 13, 18))).toBe(
    "p/a.proto:3:9: oops\n  /*漢😀*/ strin\n           ^^^^^\n",
  );
});

it("shows an error in a file that cannot be read without its source", async () => {
  await using project = createScratchProject();
  const reader = createDiagnosticReader(project.folder, project.folder, "?");
  expect(reader.read(error(4, 2, 3, "gone.proto"))).toBe("gone.proto:4:2: oops\n");
});

it("lets no control character of a schema reach the terminal", async () => {
  await using project = createScratchProject({ "p/a.proto": "\u001b[2Jx\n" });
  const reader = createDiagnosticReader(project.folder, project.folder, "?");
  expect(reader.read(error(1, 1, 2))).not.toContain("\u001b");
});

it("keeps other lines, with the plugin by its name", () => {
  const reader = createDiagnosticReader("/", "/", "/bin/node /x/plugin.js");
  expect(reader.read("Failure: plugin /bin/node /x/plugin.js: no")).toBe(
    "error: plugin protoc-gen-bowline: no\n",
  );
  expect(reader.read('{"not": "an error"}')).toBe('{"not": "an error"}\n');
  expect(reader.read("{")).toBe("{\n");
});
