/** What both sides know of each call, by its id, in memory that does not grow. */

/** Ids are below this. */
export const mostCalls = 2 ** 22;

export const state = { begun: 1, acknowledged: 2, failed: 3 };

/** The server's side: how often each call was carried out, and the messages that it had. */
export class Effects {
  runs = new Uint8Array(mostCalls);
  messages = new Uint16Array(mostCalls);

  record(id, messages) {
    if (this.runs[id] < 255) this.runs[id]++;
    this.messages[id] += messages;
  }

  get bytes() {
    return this.runs.byteLength + this.messages.byteLength;
  }
}

/** The client's side: what was begun, what was acknowledged, and the messages that it should have had. */
export class Claims {
  states = new Uint8Array(mostCalls);
  messages = new Uint16Array(mostCalls);
  #next = 1;

  /** The id of a new call. */
  begin() {
    const id = this.#next++;
    if (id >= mostCalls) throw new Error(`more than ${mostCalls} calls; the ledger is full`);
    this.states[id] = state.begun;
    return id;
  }

  acknowledged(id, messages) {
    this.states[id] = state.acknowledged;
    this.messages[id] = messages;
  }

  failed(id) {
    this.states[id] = state.failed;
  }

  /** How many ids were given out. */
  get calls() {
    return this.#next - 1;
  }

  get bytes() {
    return this.states.byteLength + this.messages.byteLength;
  }
}

/**
 * Holds what the client was told against what the server did. A call that was acknowledged was carried out exactly once,
 * with all its messages; one that failed at most once; nothing was carried out that nobody asked for.
 * @returns {{ acknowledged: number, failed: number, unanswered: number, sums: [number, number], faults: string[] }} the sums are of the ids that
 * were acknowledged, and of those among them that the server carried out
 */
export function audit(claims, effects) {
  const faults = [];
  const found = { acknowledged: 0, failed: 0, unanswered: 0 };
  const sums = [0, 0];
  for (let id = 0; id < mostCalls; id++) {
    const claim = claims.states[id];
    const runs = effects.runs[id];
    if (claim === 0 && runs === 0) continue;
    if (claim === state.acknowledged) {
      found.acknowledged++;
      sums[0] += id;
      if (runs > 0) sums[1] += id;
      if (runs === 0) faults.push(`call ${id} was acknowledged and not carried out`);
      else if (claims.messages[id] !== effects.messages[id])
        faults.push(
          `call ${id} had ${claims.messages[id]} messages; the server counted ${effects.messages[id]}`,
        );
    } else if (claim === state.failed) found.failed++;
    else found.unanswered++;
    if (runs > 1) faults.push(`call ${id} was carried out ${runs} times`);
    if (claim === 0) faults.push(`call ${id} was carried out, and nobody made it`);
  }
  if (found.unanswered > 0) faults.push(`${found.unanswered} calls have no outcome`);
  return { ...found, sums, faults };
}
