/** Where things are: the repository, and the folder that this suite installs and generates into. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Kept between runs, not in git. */
export const cache = join(root, ".cache", "conformance", "protobuf");

/** What `protoc-gen-bowline` makes of the suite's schemas. */
export const generated = join(cache, "gen");

/** The ways in which a message is read and written; each has to pass the whole suite. */
export const paths = ["messages", "validated-views", "lazy-views", "dynamic"];

/** How views are checked on the paths that have them. */
export const validation = { "validated-views": "eager", "lazy-views": "on-access" };

/** Tells the program under test which of them to take. */
export const pathVariable = "BOWLINE_CONFORMANCE_PATH";
