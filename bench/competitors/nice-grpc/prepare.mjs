/** nice-grpc with ts-proto, the combination that its documentation recommends. */
import { join } from "node:path";
import { generateRpc, installWithImports } from "../../rpc/generate.mjs";

const options = [
  "outputServices=nice-grpc",
  "outputServices=generic-definitions",
  "forceLong=bigint",
  "initializeFieldsAsUndefined=true",
  "useExactTypes=false",
  "esModuleInterop=true",
  "importSuffix=.js",
];

export function prepare() {
  const { folder, versions } = installWithImports("nice-grpc", {
    "nice-grpc": ["createServer", "createChannel", "createClient"],
  });
  const plugin = join(folder, "node_modules", ".bin", "protoc-gen-ts_proto");
  generateRpc(join(folder, "gen"), JSON.stringify(versions), plugin, options);
  const how = `ts-proto 2.18.0 (${options.slice(0, 4).join(", ")})`;
  return { name: "nice-grpc", version: versions["nice-grpc"], options: how, folder };
}
