/** The plugin's program: a `CodeGeneratorRequest` on standard input, the response on standard output. */
import { readFileSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { optionsHelp } from "./options.js";
import { type Answer, generate, RequestError } from "./plugin.js";
import { response } from "./response.js";

function main(): number {
  if (process.argv.includes("--help") || process.argv.includes("-h")) {
    process.stdout.write(
      `protoc-gen-bowline: a plugin for buf and protoc. It reads a request on standard input.\n\n${optionsHelp}\n`,
    );
    return 0;
  }
  // process.stdin.isTTY would make standard input non-blocking
  if (isatty(0)) {
    process.stderr.write(
      "protoc-gen-bowline is run by buf or protoc; try `bowline generate`, or --help for its options\n",
    );
    return 2;
  }
  const request = readFileSync(0);
  let answer: Answer;
  try {
    answer = generate(request);
  } catch (error) {
    const text =
      error instanceof RequestError
        ? error.message
        : `failed: ${(error as Error).message}. Please report it with the schema`;
    process.stderr.write(`protoc-gen-bowline: ${text}\n`);
    return 1;
  }
  for (const warning of answer.warnings)
    process.stderr.write(`protoc-gen-bowline: warning: ${warning}\n`);
  const bytes = response(answer);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
  return 0;
}

process.exitCode = main();
