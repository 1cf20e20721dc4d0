/** The compressions of both programs: those of the runtime, and snappy as a plug-in. */
import { brotli, deflate, gzip, zstd } from "@bowline/node";
import { type Compression, RpcError } from "@bowline/rpc";
import { Compression as CompressionName } from "./gen/connectrpc/conformance/v1/config.pb.js";
import { snappy } from "./snappy/snappy.js";

const byName = new Map<number, Compression>([
  [CompressionName.GZIP, gzip()],
  [CompressionName.BR, brotli()],
  [CompressionName.DEFLATE, deflate()],
  [CompressionName.SNAPPY, snappy],
]);
const builtInZstd = zstdIfAny();
if (builtInZstd !== undefined) byName.set(CompressionName.ZSTD, builtInZstd);

function zstdIfAny(): Compression | undefined {
  try {
    return zstd();
  } catch (error) {
    if (RpcError.is(error) && error.code === "failed_precondition") return undefined;
    throw error;
  }
}

/** What a server accepts. */
export const compressions: readonly Compression[] = [...byName.values()];

/** What a client sends and asks for; `undefined` for nothing. */
export function compressionFor(name: number): Compression | undefined {
  if (name === CompressionName.IDENTITY) return undefined;
  const found = byName.get(name);
  if (found === undefined) throw new TypeError(`no compression ${name} in node ${process.version}`);
  return found;
}
