/** Counts the timers that are pending, of this module's importer and all others: those of the global functions. */

const pending = new Set();
const { setTimeout: setOne, clearTimeout: clearOne } = globalThis;
const { setInterval: setMany, clearInterval: clearMany } = globalThis;

globalThis.setTimeout = Object.assign((action, ms, ...args) => {
  const timer = setOne(() => {
    pending.delete(timer);
    action(...args);
  }, ms);
  pending.add(timer);
  return timer;
}, setOne);

globalThis.setInterval = (action, ms, ...args) => {
  const timer = setMany(action, ms, ...args);
  pending.add(timer);
  return timer;
};

globalThis.clearTimeout = (timer) => {
  pending.delete(timer);
  clearOne(timer);
};

globalThis.clearInterval = (timer) => {
  pending.delete(timer);
  clearMany(timer);
};

/** How many timers are pending. */
export function pendingTimers() {
  return pending.size;
}
