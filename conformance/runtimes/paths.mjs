/** Where things are: the repository, and the folder that runtimes and bundles are kept in. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Kept between runs, not in git. */
export const cache = join(root, ".cache", "runtimes");
