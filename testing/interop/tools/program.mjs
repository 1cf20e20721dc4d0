/** What the scripts share that drive a program of the command line: runs in, a line of JSON for each case out. */
import { spawn } from "node:child_process";

const limitMs = 30_000;

/**
 * Performs the cases of every run of the command line, one after the other.
 * @param {(program: string, run: import("../clients/program.mjs").Run, name: string) => Promise<void>} perform throws where a case fails
 */
export async function performWithProgram(perform) {
  const { program, runs } = JSON.parse(process.argv[2]);
  for (const run of runs) {
    for (const name of run.cases) {
      let error;
      try {
        await perform(program, run, name);
      } catch (thrown) {
        error = String(thrown?.stack ?? thrown).slice(0, 2_000);
      }
      console.log(JSON.stringify({ run: run.label, case: name, error }));
    }
  }
}

/** Runs a program to its end, with what it is to read. @param {string} program @param {string[]} args @param {string | Uint8Array} [input] */
export function runProgram(program, args, input = "") {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "pipe", timeout: limitMs, killSignal: "SIGKILL" });
    const out = [];
    let errors = "";
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const bytes = Buffer.concat(out);
      resolve({
        code: code ?? signal,
        bytes,
        output: `${bytes.toString("utf8")}${errors}`,
        errors,
      });
    });
    // A program that does not read its input is none the worse for it.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
