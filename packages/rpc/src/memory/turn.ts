// Taken when this is loaded, so that a test's fake timers do not stop what is under way.
const { setTimeout } = globalThis;

/** So many turns are microtasks before the event loop gets one: an endless stream must not keep timers from running. */
const turnsBetweenTasks = 256;

/** Runs what one end of a stream causes at the other: never inside a call, and as a rule in this tick of the event loop. */
export class Turns {
  #count = 0;

  next(run: () => void): void {
    this.#count++;
    if (this.#count % turnsBetweenTasks === 0) setTimeout(run, 0);
    else queueMicrotask(run);
  }
}
