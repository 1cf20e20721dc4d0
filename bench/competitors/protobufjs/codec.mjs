/**
 * protobufjs with static code (`pbjs -t static-module`), its fastest mode.
 * 64-bit integers are exact (`Long`), as they are everywhere else here. Bytes
 * come as `Uint8Array`: its reader for a Node `Buffer` was no faster on any
 * workload. JSON is what its documentation calls so: `toObject` with strings
 * for enums, bytes and 64-bit integers, and `fromObject`.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { generateOnce, protoFiles, protoFolder } from "../../protobuf/generate.mjs";
import { flattenOneofs } from "../../protobuf/oneof.mjs";
import { textOf } from "../../protobuf/utf8.mjs";
import { installCompetitor, installedVersion } from "../install.mjs";

const options = ["-t", "static-module", "-w", "esm"];
const asJson = { longs: String, enums: String, bytes: String, json: true };

export function prepare() {
  const folder = installCompetitor("protobufjs");
  const version = installedVersion(folder, "protobufjs");
  generateOnce(join(folder, "gen"), `${version} ${options}`, (out) => {
    const files = protoFiles.map((file) => join(protoFolder, file));
    execFileSync(
      join(folder, "node_modules", ".bin", "pbjs"),
      [...options, "-o", join(out, "bench.js"), ...files],
      { stdio: "inherit" },
    );
  });
  return {
    name: "protobufjs static",
    version,
    options: `pbjs ${options.join(" ")}, Long`,
    folder,
  };
}

export async function load({ folder }) {
  const module = await import(pathToFileURL(join(folder, "gen/bench.js")));
  return (typeName) => {
    const type = typeName.split(".").reduce((scope, part) => scope[part], module);
    return {
      fromPlain: (plain) => type.fromObject(flattenOneofs(plain)),
      decode: (bytes) => type.decode(bytes),
      encode: (message) => type.encode(message).finish(),
      reencode: (message) => type.encode(message).finish(),
      jsonEncode: (message) => Buffer.from(JSON.stringify(type.toObject(message, asJson))),
      jsonDecode: (json) => type.fromObject(JSON.parse(textOf(json))),
      touch: { maps: "object", oneofs: "flat" },
    };
  };
}
