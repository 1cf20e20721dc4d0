import { writeUint32 } from "./frame.js";

interface Waiting {
  readonly number: number;
  readonly sentAt: number;
  readonly answered: ((roundTripMs: number) => void) | undefined;
}

/** The pings of one side: numbered, so that an answer says which one it is for (RFC 9113, section 6.7). */
export class Pings {
  readonly #waiting: Waiting[] = [];
  #sent = 0;
  /** Milliseconds that the last answer took. */
  roundTripMs: number | undefined;

  /** Makes the payload of a ping. One that nobody waits for takes the place of such a one before it. */
  begin(now: number, answered?: (roundTripMs: number) => void): Uint8Array {
    const number = ++this.#sent;
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.answered === undefined && answered === undefined) {
      this.#waiting.pop();
    }
    this.#waiting.push({ number, sentAt: now, answered });
    const payload = new Uint8Array(8);
    payload.set(mark);
    writeUint32(payload, 4, number);
    return payload;
  }

  /** An answer came. One that nobody asked for is ignored. */
  answer(bytes: Uint8Array, start: number, now: number): void {
    for (let i = 0; i < mark.length; i++) if (bytes[start + i] !== mark[i]) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start + 4, 4);
    const number = view.getUint32(0);
    const at = this.#waiting.findIndex((each) => each.number === number);
    if (at < 0) return;
    for (const each of this.#waiting.splice(0, at + 1)) {
      this.roundTripMs = now - each.sentAt;
      each.answered?.(this.roundTripMs);
    }
  }
}

const mark: Uint8Array = Uint8Array.of(0x62, 0x6f, 0x77, 0x6c);
