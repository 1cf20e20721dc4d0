/** Where things are: the repository, and the folder that this suite installs and reports into. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Kept between runs, not in git. */
export const cache = join(root, ".cache", "conformance", "connect");

/** The programs under test, once built. */
export const programs = {
  server: join(root, "conformance", "connect", "dist", "server", "main.js"),
  client: join(root, "conformance", "connect", "dist", "client", "main.js"),
};
