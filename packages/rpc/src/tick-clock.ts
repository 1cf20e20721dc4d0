/** What the clock said when it was first asked since the last microtask; `undefined`: nobody has asked. */
let reading: number | undefined;
const settled = Promise.resolve();

function forget(): void {
  reading = undefined;
}

/**
 * `performance.now()`, looked at once for all that runs in one go, as the requests that came in one read do. Their time
 * began when they came, not when what came before them was done with.
 */
export function tickNow(): number {
  if (reading === undefined) {
    reading = performance.now();
    settled.then(forget);
  }
  return reading;
}
