import type { Compression } from "@bowline/rpc";
import { brotli } from "./brotli.js";
import { deflate } from "./deflate.js";
import { gzip } from "./gzip.js";
import { hasZstd, zstd } from "./zstd.js";

/**
 * The compressions that this runtime has, at their default levels: gzip, br, deflate, and zstd where Node has it. What a
 * server takes and offers unless it is told otherwise.
 */
export function builtinCompressions(): readonly Compression[] {
  const everywhere = [gzip(), brotli(), deflate()];
  return hasZstd() ? [...everywhere, zstd()] : everywhere;
}
