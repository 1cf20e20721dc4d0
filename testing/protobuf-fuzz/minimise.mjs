/** The smallest input that still shows what a larger one showed. */

/** Takes parts out of `input` (bytes or a string) for as long as `shows` says that they do not matter. */
export function minimise(input, shows, budgetMs = 3000) {
  const end = performance.now() + budgetMs;
  let best = input;
  for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
    for (let again = true; again; ) {
      again = false;
      for (let at = 0; at + size <= best.length; ) {
        if (performance.now() > end) return best;
        const smaller = without(best, at, size);
        if (shows(smaller)) {
          best = smaller;
          again = true;
        } else at += size;
      }
      again &&= size === 1;
    }
  }
  return best;
}

function without(input, at, size) {
  if (typeof input === "string") return input.slice(0, at) + input.slice(at + size);
  return Uint8Array.from([...input.subarray(0, at), ...input.subarray(at + size)]);
}
