/** grpc-js with static code by ts-proto: what it calls its own generator's code, with a faster codec. */
import { join } from "node:path";
import { generateRpc, installWithImports } from "../../rpc/generate.mjs";

const options = [
  "outputServices=grpc-js",
  "forceLong=bigint",
  "initializeFieldsAsUndefined=true",
  "useExactTypes=false",
  "esModuleInterop=true",
  "importSuffix=.js",
];

export function prepare() {
  const { folder, versions } = installWithImports("grpc-js", {
    "@grpc/grpc-js": ["Server", "ServerCredentials", "credentials"],
  });
  const plugin = join(folder, "node_modules", ".bin", "protoc-gen-ts_proto");
  generateRpc(join(folder, "gen"), JSON.stringify(versions), plugin, options);
  const how = `static code by ts-proto 2.18.0 (${options.slice(0, 3).join(", ")}), channel and server defaults`;
  return { name: "@grpc/grpc-js", version: versions["@grpc/grpc-js"], options: how, folder };
}
