/** Where things are: the repository, what this suite installs and builds, and the certificates of the tests. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** This suite's folder. */
export const here = fileURLToPath(new URL(".", import.meta.url));

/** Kept between runs, not in git. */
export const cache = join(root, ".cache", "interop");

/** The descriptor set of the test service, for peers that read one. */
export const descriptorSet = join(cache, "test.binpb");

const certificates = join(root, "packages", "node", "src", "fixtures", "tls");

/** The authority that vouches for every server of this suite, and a certificate of localhost with its key. */
export const tls = {
  ca: join(certificates, "ca.pem"),
  cert: join(certificates, "server.pem"),
  key: join(certificates, "server.key"),
};
