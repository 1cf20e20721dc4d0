import { ConnectionError, ErrorCode } from "./error-code.js";

/** What a client begins a connection with (RFC 9113, section 3.4); SETTINGS follow. */
export const clientPreface: Uint8Array = Uint8Array.from(
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  (each) => each.charCodeAt(0),
);

/** Recognises the preface, however it is cut. */
export class PrefaceReader {
  #seen = 0;

  get isComplete(): boolean {
    return this.#seen === clientPreface.length;
  }

  /**
   * Takes what belongs to the preface; returns where the rest begins.
   * @throws ConnectionError PROTOCOL_ERROR if it is something else.
   */
  read(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length && this.#seen < clientPreface.length) {
      if (bytes[at++] !== clientPreface[this.#seen++]) {
        throw new ConnectionError(ErrorCode.protocolError, "the client does not begin with HTTP/2");
      }
    }
    return at;
  }
}
