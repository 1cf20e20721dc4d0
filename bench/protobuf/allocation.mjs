/**
 * Bytes that an operation allocates, on V8's heap and in array buffers outside
 * of it. The process runs with a young generation that is larger than a batch
 * (`allocationFlags`), so that the heap only grows within one; a batch that a
 * collection interrupts all the same is an outlier, which the median drops.
 * Only young objects are collected in between: a full collection would throw
 * away optimised code, and code that is not optimised allocates more.
 */
import { getHeapStatistics } from "node:v8";
import { median } from "../report.mjs";

/** The flags for the children that count. */
export const allocationFlags = [
  "--expose-gc",
  "--min-semi-space-size=64",
  "--max-semi-space-size=64",
];

const batchBytes = 8 << 20;
const batches = 7;

/** `run(count)` does the operation so many times. It has been warmed up. */
export function measureAllocation(run) {
  let count = 1;
  let grown = grow(run, count);
  while (grown < batchBytes && count < 1 << 17) {
    count *= 2;
    grown = grow(run, count);
  }
  return median(Array.from({ length: batches }, () => grow(run, count) / count));
}

function grow(run, count) {
  // The second collection waits until the first one has given back array buffers, and finds none itself.
  globalThis.gc({ type: "minor" });
  globalThis.gc({ type: "minor" });
  const before = allocated();
  run(count);
  return allocated() - before;
}

function allocated() {
  return getHeapStatistics().used_heap_size + process.memoryUsage().arrayBuffers;
}
