/**
 * `@bufbuild/protobuf`, as documented: `protoc-gen-es` with `target=js`,
 * `fromBinary` and `toBinary`. Bytes come and go as `Uint8Array`; JSON goes
 * through a string, which is what it offers.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { generateOnce, runBuf } from "../../protobuf/generate.mjs";
import { textOf } from "../../protobuf/utf8.mjs";
import { installCompetitor, installedVersion } from "../install.mjs";

const options = ["target=js", "import_extension=js"];

export function prepare() {
  const folder = installCompetitor("protobuf-es");
  const version = installedVersion(folder, "@bufbuild/protobuf");
  const plugin = join(folder, "node_modules", ".bin", "protoc-gen-es");
  generateOnce(join(folder, "gen"), `${version} ${options}`, (out) => runBuf(out, plugin, options));
  return {
    name: "@bufbuild/protobuf",
    version,
    options: `protoc-gen-es ${options.join(",")}`,
    folder,
  };
}

export async function load({ folder }) {
  const from = (path) => import(pathToFileURL(join(folder, path)));
  const { create, fromBinary, toBinary, fromJsonString, toJsonString } = await from(
    "node_modules/@bufbuild/protobuf/dist/esm/index.js",
  );
  const bench = await from("gen/bench_pb.js");
  const shapes = await from("gen/shapes_pb.js");
  return (typeName) => {
    const module = typeName.startsWith("bowline.bench.shapes.") ? shapes : bench;
    const schema = module[`${typeName.split(".").at(-1)}Schema`];
    return {
      fromPlain: (plain) => create(schema, plain),
      decode: (bytes) => fromBinary(schema, bytes),
      encode: (message) => toBinary(schema, message),
      reencode: (message) => toBinary(schema, message),
      jsonEncode: (message) => Buffer.from(toJsonString(schema, message)),
      jsonDecode: (json) => fromJsonString(schema, textOf(json)),
      touch: { maps: "object", oneofs: "case" },
    };
  };
}
