/** What the client programs share: runs in, a line of JSON for each case out. */
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { cases } from "./cases.mjs";

/**
 * @typedef {object} Run what a client program is told, with its certificates read
 * @property {string} label
 * @property {string} url of the server: `http://127.0.0.1:4711`
 * @property {Buffer} [ca] the authority to trust, for https
 * @property {string} [protocol] connect, grpc or grpc-web, for clients that have a choice
 * @property {string} [http] "1.1" or "2", likewise
 * @property {boolean} [gzip] compress what is sent
 * @property {string} [codec] proto or json, likewise
 * @property {string[]} cases
 */

const limitMs = 30_000;

/** Runs the cases of every run with the adapter that is opened for it. @param {(run: Run) => import("./cases.mjs").Adapter} open */
export async function runClient(open) {
  for (const run of givenRuns()) {
    const adapter = open(run);
    for (const name of run.cases) await report(run, name, () => cases[name](adapter));
    adapter.close();
  }
}

/** The runs of the command line. @returns {Run[]} */
export function givenRuns() {
  return JSON.parse(process.argv[2]).map(({ ca, ...run }) =>
    ca === undefined ? run : { ...run, ca: readFileSync(ca) },
  );
}

/** Performs a case, and says how it went. @param {Run} run @param {string} name @param {() => Promise<void>} perform */
export async function report({ label }, name, perform) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${limitMs / 1_000} s`)), limitMs);
  });
  let error;
  try {
    await Promise.race([perform(), late]);
  } catch (thrown) {
    error = inspect(thrown).slice(0, 2_000);
  }
  clearTimeout(timer);
  console.log(JSON.stringify({ run: label, case: name, error }));
}
