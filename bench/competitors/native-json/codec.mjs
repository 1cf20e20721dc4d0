/**
 * `JSON.stringify` and `JSON.parse` alone, to bytes and from bytes, without any
 * schema: what a JSON codec in JavaScript is measured by.
 */
import { textOf } from "../../protobuf/utf8.mjs";

export function prepare() {
  return {
    name: "native JSON",
    version: process.versions.v8,
    options: "JSON.stringify, JSON.parse",
    needs: ["jsons"],
  };
}

export async function load() {
  return () => ({
    parse: (json) => JSON.parse(textOf(json)),
    jsonEncode: (value) => Buffer.from(JSON.stringify(value)),
    jsonDecode: (json) => JSON.parse(textOf(json)),
  });
}
