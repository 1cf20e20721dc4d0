import { expect, it } from "vitest";
import { createScratchProject } from "./fixtures/scratch-project.js";
import { main } from "./main.js";

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  await using project = createScratchProject();
  const status = await main(args, project.terminal);
  return { status, out: project.outText(), err: project.errText() };
}

it("--help names the commands on stdout", async () => {
  for (const flag of ["--help", "-h", "help"]) {
    const { status, out, err } = await run(flag);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("generate");
  }
});

it("no command at all is a usage error that shows the help", async () => {
  const { status, out, err } = await run();
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toContain("Usage: bowline <command>");
});

it("--version prints the version of the package", async () => {
  expect(await run("--version")).toEqual({
    status: 0,
    out: expect.stringMatching(/^bowline \d+\.\d+\.\d+\n$/),
    err: "",
  });
});

it("an unknown command suggests the one that was meant and names all", async () => {
  expect(await run("genrate")).toEqual({
    status: 2,
    out: "",
    err: 'bowline: unknown command "genrate" (did you mean "generate"?); commands are generate, lint, breaking\nSee bowline --help.\n',
  });
});

it("an unknown flag suggests the one that was meant and names all", async () => {
  expect((await run("--versoin")).err).toContain('(did you mean "--version"?)');
  expect(await run("generate", "--wach")).toEqual({
    status: 2,
    out: "",
    err: 'bowline generate: unknown flag "--wach" (did you mean "--watch"?); valid flags are --config, --watch, --help\nSee bowline generate --help.\n',
  });
});

it("generate refuses an argument, a flag without its value, with one too many, or given twice", async () => {
  const cases: [string[], string][] = [
    [["proto"], 'unexpected argument "proto": inputs go into bowline.yaml'],
    [["--config"], "--config needs a value"],
    [["--config="], "--config needs a value"],
    [["--watch=yes"], "--watch takes no value"],
    [["--watch", "--watch"], "--watch is given twice"],
    [["-x"], 'unknown flag "-x"'],
    [["--__proto__"], 'unknown flag "--__proto__"'],
  ];
  for (const [args, message] of cases) {
    const { status, err } = await run("generate", ...args);
    expect(err).toContain(message);
    expect(status).toBe(2);
  }
});

it("generate --help shows the configuration and the options of the plugin", async () => {
  const { status, out } = await run("generate", "--help");
  expect(status).toBe(0);
  expect(out).toContain("inputs: [proto]");
  expect(out).toContain("int64=bigint|string|number");
});
