/** The certificate of the soak's servers, and who vouches for it: those of the tests. */
import { readFileSync } from "node:fs";

const read = (name) =>
  readFileSync(new URL(`../../packages/node/src/fixtures/tls/${name}`, import.meta.url), "utf8");

export const certificate = { key: read("server.key"), cert: read("server.pem") };
export const authority = read("ca.pem");
