import { RpcError } from "../rpc-error.js";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digits = /*@__PURE__*/ new TextEncoder().encode(alphabet);
const values = /*@__PURE__*/ valueTable();
const padding = 0x3d;

function valueTable(): Uint8Array {
  const table = new Uint8Array(256).fill(0xff);
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
}

/**
 * Reads the body of `grpc-web-text`: base64 that comes in pieces cut anywhere. Each chunk that the peer encoded may end
 * with its own padding, so padding can occur in the middle.
 */
export class Base64Decoder {
  /** The bits of the group of four digits that is being read. */
  #bits = 0;
  /** How many digits of the group there are. */
  #digits = 0;
  /** How many paddings of the group there are. */
  #paddings = 0;

  /**
   * The bytes that are whole with `bytes[start, end)`.
   * @throws RpcError `invalid_argument` for what is not base64, white space included.
   */
  push(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const decoded = new Uint8Array(Math.ceil(((end - start + 3) * 3) / 4));
    let length = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte === padding) {
        length = this.#pad(decoded, length);
        continue;
      }
      const value = values[byte] as number;
      if (value === 0xff || this.#paddings > 0) throw malformed("it holds something else");
      this.#bits = (this.#bits << 6) | value;
      if (++this.#digits < 4) continue;
      decoded[length++] = this.#bits >> 16;
      decoded[length++] = this.#bits >> 8;
      decoded[length++] = this.#bits;
      this.#reset();
    }
    return decoded.subarray(0, length);
  }

  /** @throws RpcError `invalid_argument` if a group of four digits has begun and not ended. */
  finish(): void {
    if (this.#digits > 0) throw malformed("it ends in the middle of a group");
  }

  /** Takes a padding; the last one of a group ends it. */
  #pad(decoded: Uint8Array, length: number): number {
    if (this.#digits < 2) throw malformed("it has padding in the wrong place");
    this.#paddings++;
    if (this.#digits + this.#paddings < 4) return length;
    let at = length;
    const bits = this.#bits << (6 * this.#paddings);
    decoded[at++] = bits >> 16;
    if (this.#digits === 3) decoded[at++] = bits >> 8;
    this.#reset();
    return at;
  }

  #reset(): void {
    this.#bits = 0;
    this.#digits = 0;
    this.#paddings = 0;
  }
}

/** Writes bytes as padded base64, in ASCII. */
export function encodeBase64Bytes(bytes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const bits = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    encoded[at++] = digits[bits >> 18] as number;
    encoded[at++] = digits[(bits >> 12) & 63] as number;
    encoded[at++] = left > 1 ? (digits[(bits >> 6) & 63] as number) : padding;
    encoded[at++] = left > 2 ? (digits[bits & 63] as number) : padding;
  }
  return encoded;
}

function malformed(what: string): RpcError {
  return new RpcError(
    "invalid_argument",
    `a body of grpc-web-text must be base64, each chunk padded; ${what}`,
    { reason: "BOWLINE_MALFORMED" },
  );
}
