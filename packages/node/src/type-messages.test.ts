import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

/** What somebody writes who is wrong, and what the compiler says of it. */
const wrong: readonly (readonly [code: string, message: string])[] = [
  ["client.ecko({});", "Property 'ecko' does not exist on type"],
  ["client.echo({ nmae: '' });", "'nmae' does not exist in type 'MethodInit'"],
  ["client.echo({ name: 7 });", "Type 'number' is not assignable to type 'string'"],
  ["client.echo([{ name: '' }]);", "has no properties in common with type 'MethodInit'"],
  ["client.echo({}, { timeout: 5 });", "Did you mean to write 'timeoutMs'?"],
  [
    "for await (const each of client.echo({})) void each;",
    "Type 'UnaryCall<Method>' must have a '[Symbol.asyncIterator]()' method",
  ],
  [
    "implement(EchoService, { ecko: () => ({}) });",
    "'ecko' does not exist in type 'Handlers<{ echo: ",
  ],
  [
    "implement(EchoService, { echo: (r) => ({ name: r.nmae }) });",
    "Property 'nmae' does not exist on type 'Method'",
  ],
  [
    "implement(EchoService, { async *echo() { yield {}; } });",
    "is not assignable to type 'UnaryHandler<",
  ],
  [
    "implement(EchoService, { echo: () => ({ nmae: '' }) });",
    "Type '{ nmae: string; }' is not assignable to type",
  ],
  ["await serve({ prot: 1, services: [] });", "'prot' does not exist in type 'ServeOptions'"],
  [
    "await serve({ port: 1, services: [EchoService] });",
    "missing the following properties from type 'Implementation'",
  ],
  ["createChannel('http://x', { protocol: 'grpcweb' });", `Did you mean '"grpc-web"'?`],
];

const head = `
  import { createClient, implement } from "@bowline/rpc";
  import { createChannel, serve } from "@bowline/node";
  import { EchoService } from "../../packages/node/src/fixtures/echo-service.js";
  const client = createClient(EchoService, createChannel("http://x"));
  void [implement, serve, client];
`;

const options = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  module: "nodenext",
  target: "ES2022",
  lib: ["ES2022", "ESNext.Disposable"],
  types: ["node"],
  customConditions: ["@bowline/source"],
  noEmit: true,
};

it("tells in words that help what does not compile", () => {
  const root = join(import.meta.dirname, "../../..");
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/types-"));
  try {
    for (const [index, [code]] of wrong.entries()) {
      writeFileSync(join(folder, `wrong-${index}.ts`), `${head}${code}\n`);
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, include: ["*.ts"] }),
    );
    const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
    const tsc = join(dirname(compiler), "bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      encoding: "utf8",
      cwd: folder,
    });
    for (const [index, [code, message]] of wrong.entries()) {
      const said = stdout.split(/^(?=\S)/m).filter((each) => each.startsWith(`wrong-${index}.ts`));
      expect(said.join(""), code).toContain(message);
    }
    expect(stdout.split("\n").filter((line) => /^(?!wrong-)\S/.test(line))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
