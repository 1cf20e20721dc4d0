import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createScratchProject, echoPlugin } from "../fixtures/scratch-project.js";
import { main } from "../main.js";

const greet = 'syntax = "proto3";\npackage greet.v1;\nmessage Greeting { string text = 1; }\n';
const imported = 'syntax = "proto3";\npackage v;\nmessage V {}\n';
const importing = 'syntax = "proto3";\npackage a;\nimport "v/v.proto";\nmessage A { v.V v = 1; }\n';
const echo = "plugins: [{ local: [node, ./echo.mjs], out: echo, strategy: all, opt: hello }]\n";

describe("bowline generate with bowline.yaml", () => {
  it("writes one .pb.ts a .proto and says how many", async () => {
    await using project = createScratchProject({
      "bowline.yaml": "version: v1\ninputs: [proto]\nout: gen\n",
      "proto/greet/v1/greet.proto": greet,
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(project.errText()).toMatch(/^gen: 1 of 1 file written \(\d+\.\d s\)\n$/);
    expect(project.read("gen/greet/v1/greet.pb.ts")).toContain("export interface Greeting");
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(project.errText()).toContain("gen: up to date, 1 file");
  });

  it("hands options to the plugin", async () => {
    await using project = createScratchProject({
      "bowline.yaml": "version: v1\ninputs: [proto]\noptions: { target: js }\n",
      "proto/greet/v1/greet.proto": greet,
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(existsSync(join(project.folder, "gen/greet/v1/greet.pb.js"))).toBe(true);
    expect(existsSync(join(project.folder, "gen/greet/v1/greet.pb.d.ts"))).toBe(true);
  });

  it("runs further plugins, once for all inputs, and generates nothing for imports", async () => {
    await using project = createScratchProject({
      "bowline.yaml": `version: v1\ninputs: [one, two]\nimports: [two/vendor]\n${echo}`,
      "echo.mjs": echoPlugin,
      "one/a/a.proto": importing,
      "two/b.proto": greet,
      "two/vendor/v/v.proto": imported,
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(project.errText().match(/^echo: .*/gm)).toEqual(["echo: 2 files"]);
    expect(project.read("echo/a/a.proto.txt")).toBe("hello\n");
    expect(existsSync(join(project.folder, "echo/b.proto.txt"))).toBe(true);
    expect(existsSync(join(project.folder, "echo/v/v.proto.txt"))).toBe(false);
  });

  it("takes inputs and imports outside its own folder", async () => {
    await using project = createScratchProject({
      "app/bowline.yaml": `version: v1\ninputs: [../proto]\nimports: [../node_modules/v]\n${echo}`,
      "app/echo.mjs": echoPlugin,
      "proto/a.proto": importing,
      "node_modules/v/v/v.proto": imported,
    });
    const status = await main(["generate", "--config", "app/bowline.yaml"], project.terminal);
    expect(project.errText()).toContain("echo: 1 files");
    expect(status).toBe(0);
    expect(project.read("app/echo/a.proto.txt")).toBe("hello\n");
  });

  it("leaves out folders that are excluded", async () => {
    await using project = createScratchProject({
      "bowline.yaml": `version: v1\ninputs: [.]\nexclude: [old]\n${echo}`,
      "echo.mjs": echoPlugin,
      "a.proto": greet,
      "old/b.proto": "this is no schema",
      "node_modules/x/c.proto": "nor is this",
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(project.errText()).toContain("echo: 1 files");
  });

  it("leaves modules to a buf.yaml where there is one", async () => {
    await using project = createScratchProject({
      "bowline.yaml": `version: v1\ninputs: [proto]\n${echo}`,
      "buf.yaml": "version: v2\nmodules: [{ path: proto }, { path: vendor }]\n",
      "echo.mjs": echoPlugin,
      "proto/a.proto": importing,
      "vendor/v/v.proto": imported,
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(project.errText()).toContain("echo: 1 files");
    project.write("bowline.yaml", "version: v1\ninputs: [proto]\nimports: [vendor]\n");
    expect(await main(["generate"], project.terminal)).toBe(1);
    expect(project.errText()).toMatch(
      /bowline\.yaml:3:11: imports and exclude do not go together with .*buf\.yaml/,
    );
  });

  it("shows errors in .proto files with their source line and a caret", async () => {
    await using project = createScratchProject({
      "bowline.yaml": "version: v1\ninputs: [proto]\n",
      "proto/a.proto": 'syntax = "proto3";\nmessage A {\n  strin name = 1;\n}\n',
    });
    expect(await main(["generate"], project.terminal)).toBe(1);
    expect(project.errText()).toMatch(
      /^proto\/a\.proto:3:3: cannot find `strin` in this scope\n {4}strin name = 1;\n {4}\^{5}\ngenerate failed \(\d+\.\d s\)\n$/,
    );
  });

  it("refuses to clean a folder that holds more than generated code", async () => {
    await using project = createScratchProject();
    for (const out of [".", "proto", "..", "./proto/"]) {
      project.write("bowline.yaml", `version: v1\ninputs: [proto/sub]\nclean: true\nout: ${out}\n`);
      project.write("proto/sub/a.proto", greet);
      expect(await main(["generate"], project.terminal)).toBe(1);
      expect(project.errText()).toContain("bowline.yaml:4:6: clean would delete");
      expect(project.read("proto/sub/a.proto")).toBe(greet);
    }
  });

  it("empties the out folder first where clean is set", async () => {
    await using project = createScratchProject({
      "bowline.yaml": `version: v1\ninputs: [proto]\nclean: true\n${echo}`,
      "echo.mjs": echoPlugin,
      "echo/stale.txt": "",
      "gen/stale.pb.ts": "",
      "proto/a.proto": greet,
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(existsSync(join(project.folder, "gen/stale.pb.ts"))).toBe(false);
  });

  it("shows an input that does not exist at its place", async () => {
    await using project = createScratchProject({ "bowline.yaml": "version: v1\ninputs: [poto]\n" });
    expect(await main(["generate"], project.terminal)).toBe(1);
    expect(project.errText()).toContain("bowline.yaml:2:10: no such file or folder: ");
  });

  it.each([
    ["proto/a/v1/a.proto", "proto"],
    ["./proto/a/v1/a.proto", "./proto"],
    ["a.proto", "."],
  ])("asks at the place of the input %s for the folder %s", async (input, folder) => {
    await using project = createScratchProject({
      "bowline.yaml": `version: v1\ninputs: [${input}]\n`,
      [input]: greet,
    });
    expect(await main(["generate"], project.terminal)).toBe(1);
    expect(project.errText()).toMatch(
      /^bowline\.yaml:2:10: inputs takes folders or descriptor sets, not a \.proto file; write /,
    );
    expect(project.errText()).toContain(`such as ${folder}\n`);
  });

  it("shows an input folder without .proto files at its place", async () => {
    await using project = createScratchProject({
      "bowline.yaml": "version: v1\ninputs: [proto, empty]\n",
      "proto/a.proto": greet,
      "empty/readme.txt": "",
    });
    expect(await main(["generate"], project.terminal)).toBe(1);
    expect(project.errText()).toContain("bowline.yaml:2:17: no .proto files in ");
  });
});

describe("bowline generate with buf.gen.yaml", () => {
  it("finds protoc-gen-bowline without a PATH", async () => {
    await using project = createScratchProject({
      "buf.gen.yaml":
        "version: v2\ninputs: [{ directory: proto }]\nplugins: [{ local: protoc-gen-bowline, out: gen }]\n",
      "proto/greet/v1/greet.proto": greet,
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(existsSync(join(project.folder, "gen/greet/v1/greet.pb.ts"))).toBe(true);
  });

  it("leaves everything else to buf", async () => {
    await using project = createScratchProject({
      "buf.gen.yaml":
        "version: v2\nclean: true\ninputs: [{ directory: proto }]\nplugins: [{ local: [node, echo.mjs], out: gen, opt: [a=1, b] }]\n",
      "echo.mjs": echoPlugin,
      "gen/stale.txt": "",
      "proto/a.proto": greet,
    });
    expect(await main(["generate"], project.terminal)).toBe(0);
    expect(project.read("gen/a.proto.txt")).toBe("a=1,b\n");
    expect(existsSync(join(project.folder, "gen/stale.txt"))).toBe(false);
  });

  it("shows YAML that cannot be parsed with its place", async () => {
    await using project = createScratchProject({ "buf.gen.yaml": "version: [v2\n" });
    expect(await main(["generate"], project.terminal)).toBe(1);
    expect(project.errText()).toMatch(/^buf\.gen\.yaml:\d:\d+: /);
  });
});

it("without a configuration it shows one to begin with", async () => {
  await using project = createScratchProject();
  expect(await main(["generate"], project.terminal)).toBe(1);
  expect(project.errText()).toContain("version: v1\n  inputs: [proto]");
  expect(await main(["generate", "--config", "no.yaml"], project.terminal)).toBe(1);
  expect(project.errText()).toContain("no such file: no.yaml");
});

describe("bowline generate --watch", () => {
  it("generates again after a change, survives errors, sees new folders and a new configuration", async () => {
    await using project = createScratchProject({
      "bowline.yaml": `version: v1\ninputs: [proto]\n${echo}`,
      "echo.mjs": echoPlugin,
      "proto/a.proto": greet,
    });
    const done = main(["generate", "--watch"], project.terminal);
    await project.untilErr("watching for changes");
    expect(existsSync(join(project.folder, "echo/a.proto.txt"))).toBe(true);

    project.write("proto/a.proto", greet.replace("string", "strin"));
    await project.untilErr("changed: proto/a.proto\n");
    await project.untilErr("proto/a.proto:3:20: cannot find");
    await project.untilErr("watching for changes");

    project.write("proto/a.proto", greet);
    project.write("proto/new/b.proto", imported);
    await project.untilErr("proto/new/b.proto\n");
    await project.untilErr("echo: 2 files");
    await project.untilErr("watching for changes");
    expect(existsSync(join(project.folder, "echo/new/b.proto.txt"))).toBe(true);

    project.write("bowline.yaml", "version: v1\ninput: [proto]\n");
    await project.untilErr('bowline.yaml:2:1: unknown key "input"');
    await project.untilErr("watching for changes");
    project.write("bowline.yaml", `version: v1\ninputs: [proto]\n${echo.replace("hello", "bye")}`);
    await project.untilErr("changed: bowline.yaml\n");
    await project.untilErr("watching for changes");
    expect(project.read("echo/a.proto.txt")).toBe("bye\n");

    project.interrupt();
    expect(await done).toBe(0);
  });
});
