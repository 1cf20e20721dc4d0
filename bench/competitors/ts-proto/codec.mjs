/**
 * ts-proto: codec and JSON code, optional fields initialised so that objects keep
 * one shape (its documented default for speed), 64-bit integers exact as
 * `bigint`, bytes as `Uint8Array` (`env=node` would copy them to a `Buffer`).
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { generateOnce, runBuf, transpile } from "../../protobuf/generate.mjs";
import { flattenOneofs } from "../../protobuf/oneof.mjs";
import { textOf } from "../../protobuf/utf8.mjs";
import { installCompetitor, installedVersion } from "../install.mjs";

const options = [
  "forceLong=bigint",
  "outputPartialMethods=true",
  "outputServices=none",
  "initializeFieldsAsUndefined=true",
  "useExactTypes=false",
  "importSuffix=.js",
];

export function prepare() {
  const folder = installCompetitor("ts-proto");
  const version = installedVersion(folder, "ts-proto");
  const plugin = join(folder, "node_modules", ".bin", "protoc-gen-ts_proto");
  generateOnce(join(folder, "gen"), `${version} ${options}`, (out) => {
    runBuf(out, plugin, options);
    transpile(out);
  });
  return { name: "ts-proto", version, options: options.join(","), folder };
}

export async function load({ folder }) {
  const bench = await import(pathToFileURL(join(folder, "gen/bench.js")));
  const shapes = await import(pathToFileURL(join(folder, "gen/shapes.js")));
  return (typeName) => {
    const module = typeName.startsWith("bowline.bench.shapes.") ? shapes : bench;
    const type = module[typeName.split(".").at(-1)];
    return {
      fromPlain: (plain) => type.fromPartial(flattenOneofs(plain)),
      decode: (bytes) => type.decode(bytes),
      encode: (message) => type.encode(message).finish(),
      reencode: (message) => type.encode(message).finish(),
      jsonEncode: (message) => Buffer.from(JSON.stringify(type.toJSON(message))),
      jsonDecode: (json) => type.fromJSON(JSON.parse(textOf(json))),
      touch: { maps: "object", oneofs: "flat" },
    };
  };
}
