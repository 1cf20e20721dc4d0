/** The rows of the benchmark: every library, and ours once for each way to read with it. */
import { AbsentError } from "../competitors/install.mjs";
import * as bowline from "./bowline.mjs";

const competitors = ["protobuf-es", "protobufjs", "ts-proto", "go-protobuf", "native-json"];

/** Every row's name, in the order of the tables. */
export const rowNames = [...Object.keys(bowline.rows), ...competitors];

/**
 * Installs and builds what the wanted rows need. Returns `{ key, url, info }` a
 * row, and the reasons why some are not there.
 */
export async function prepareLibraries(wanted, ours) {
  const isWanted = (key) => wanted === undefined || wanted.includes(key);
  const list = [];
  const skipped = [];
  const url = new URL("./bowline.mjs", import.meta.url).href;
  const rows = ours === undefined ? Object.keys(bowline.rows).filter(isWanted) : ["bowline"];
  if (rows.length > 0) {
    const info = bowline.prepare(ours);
    for (const row of rows) list.push({ key: row, url, info: { ...info, name: row, row } });
  }
  for (const key of competitors.filter(isWanted)) {
    const module = new URL(`../competitors/${key}/codec.mjs`, import.meta.url).href;
    try {
      list.push({ key, url: module, info: (await import(module)).prepare() });
    } catch (error) {
      if (!(error instanceof AbsentError)) throw error;
      skipped.push(`${key}: skipped, ${error.message}`);
    }
  }
  return { list, skipped };
}
