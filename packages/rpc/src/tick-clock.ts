/** Who wants to know that a tick is over. */
export interface Lasting {
  /** It was under way when the tick began to be over: what it did not need until then it may need now. */
  outlast(): void;
}

/** So often microtasks go round before a tick is over: answers that wait for nothing else are made by then. */
const rounds = 4;

/** What runs in one go, as the requests that came in one read do. */
export class Tick {
  /** `performance.now()` when somebody asked first. Time began for all when they came, not when what came before was done with. */
  readonly now: number = performance.now();
  #lasting: Lasting[] | undefined;

  /** Has somebody told when the tick is over. */
  watch(lasting: Lasting): void {
    if (this.#lasting === undefined) this.#lasting = [lasting];
    else this.#lasting.push(lasting);
  }

  /** Waits for the end. */
  async end(): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      await undefined;
      if (round === 0) current = undefined;
      if (this.#lasting === undefined) return;
    }
    const lasting = this.#lasting ?? [];
    this.#lasting = undefined;
    for (const each of lasting) each.outlast();
  }
}

let current: Tick | undefined;

/** The tick that is now; another one from the next microtask on. */
export function currentTick(): Tick {
  if (current === undefined) {
    current = new Tick();
    void current.end();
  }
  return current;
}
