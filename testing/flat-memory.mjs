/** "Flat" memory: heap plus external after forced collection, and how much it grows over a run. */

/**
 * Node's flags for runs of minutes whose memory is judged. Compiled code counts as memory, and in the first minutes the
 * optimising compiler is busy: up to 3 % by itself.
 */
export const steadyFlags = ["--expose-gc", "--no-opt"];

/** Heap plus external, after forced collection. Needs `--expose-gc`. */
export async function collectedMemory() {
  for (let i = 0; i < 2; i++) {
    global.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Flat: over the last half memory grows by at most 1 % of the median, seen in 20 samples or more. The slope is the median
 * of those between all pairs of samples (Theil and Sen), because what is left at a sample differs from one to the next.
 * @param {readonly number[]} samples
 */
export function judgeMemory(samples) {
  const half = samples.slice(Math.floor(samples.length / 2));
  const slopes = half.flatMap((y, j) => half.slice(0, j).map((x, i) => (y - x) / (j - i)));
  const growth = (median(slopes) * half.length) / median(half);
  const mebibytes = (median(half) / 2 ** 20).toFixed(1);
  const text = `memory ${mebibytes} MiB, growth over the last half ${(growth * 100).toFixed(2)} % (${samples.length} samples)`;
  return { text, isFlat: samples.length >= 20 && growth <= 0.01 };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
