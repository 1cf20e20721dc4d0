/** Generates the bench's service for every library, into `.cache/bench`. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cache, installCompetitor, installedVersion } from "../competitors/install.mjs";
import { generateOnce, protoFolder, runBuf, transpile } from "../protobuf/generate.mjs";

const rpcProto = fileURLToPath(new URL("./proto/rpc.proto", import.meta.url));

/** The protos of this bench in one folder: the service, and the messages that it shares with the codec bench. */
export function gatherProtos() {
  const folder = join(cache, "rpc", "proto");
  mkdirSync(folder, { recursive: true });
  copyFileSync(rpcProto, join(folder, "rpc.proto"));
  copyFileSync(join(protoFolder, "bench.proto"), join(folder, "bench.proto"));
  return folder;
}

/** Generates into `out` with a plugin, unless that was done for these protos, and compiles TypeScript to JavaScript. */
export function generateRpc(out, key, plugin, options) {
  const protos = gatherProtos();
  generateOnce(out, `${key} ${options} ${readFileSync(rpcProto, "utf8")}`, () => {
    runBuf(out, plugin, options, protos);
    transpile(out);
  });
  return out;
}

/**
 * Installs a competitor and makes a module beside its `node_modules` that exports what its server and client use:
 * `exported` names what of which package.
 */
export function installWithImports(name, exported) {
  const folder = installCompetitor(name);
  const lines = Object.entries(exported).map(
    ([specifier, names]) => `export { ${names.join(", ")} } from "${specifier}";\n`,
  );
  writeFileSync(join(folder, "imports.mjs"), lines.join(""));
  const versions = Object.keys(exported)
    .filter((specifier) => !specifier.startsWith("node:"))
    .map((specifier) => [specifier, installedVersion(folder, specifier)]);
  return { folder, versions: Object.fromEntries(versions) };
}
