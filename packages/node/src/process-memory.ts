import { getHeapStatistics } from "node:v8";
import { MemoryPool } from "@bowline/http2";

/** Bytes that the messages of which a part has come may take in the process, where a quarter of the heap is not less. */
export const processPartialMessageBytes: number = 512 * 1_048_576;

const processPool: MemoryPool = new MemoryPool(
  Math.min(processPartialMessageBytes, getHeapStatistics().heap_size_limit / 4),
);
const pools = new Map<number, WeakRef<MemoryPool>>();

/** The account that all servers and channels of the process with the same limit share. */
export function poolOf(limit: number): MemoryPool {
  if (limit === processPartialMessageBytes) return processPool;
  const known = pools.get(limit)?.deref();
  if (known !== undefined) return known;
  const pool = new MemoryPool(limit);
  pools.set(limit, new WeakRef(pool));
  return pool;
}
