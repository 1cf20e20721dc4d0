/** connect-node: `connectNodeAdapter` on `node:http` and on `node:http2`, which serve every protocol. */
import { join } from "node:path";
import { generateRpc, installWithImports } from "../../rpc/generate.mjs";

const options = ["target=js", "import_extension=js"];

export function prepare() {
  const { folder, versions } = installWithImports("connect-node", {
    "@connectrpc/connect": ["createClient"],
    "@connectrpc/connect-node": [
      "connectNodeAdapter",
      "createConnectTransport",
      "createGrpcTransport",
    ],
    "@bufbuild/protobuf": ["create", "fromBinary"],
  });
  const plugin = join(folder, "node_modules", ".bin", "protoc-gen-es");
  generateRpc(join(folder, "gen"), JSON.stringify(versions), plugin, options);
  const version = versions["@connectrpc/connect-node"];
  const how = `@bufbuild/protobuf ${versions["@bufbuild/protobuf"]}, ${options.join(",")}; connectNodeAdapter on node:http and node:http2`;
  return { name: "connect-node", version, options: how, folder };
}
