/** Where things are: the repository, and the folder that this suite installs and generates into. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Kept between runs, not in git. */
export const cache = join(root, ".cache", "conformance", "protobuf");

/** What `protoc-gen-bowline` makes of the suite's schemas. */
export const generated = join(cache, "gen");
