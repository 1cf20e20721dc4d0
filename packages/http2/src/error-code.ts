/** Why a stream or a connection ended (RFC 9113, section 7). */
export const ErrorCode = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  connectError: 0xa,
  enhanceYourCalm: 0xb,
  inadequateSecurity: 0xc,
  http11Required: 0xd,
} as const;

/** The name of a code as the RFC writes it, `PROTOCOL_ERROR`; of an unknown one its number, `0x1f`. */
export function errorName(code: number): string {
  for (const [name, value] of Object.entries(ErrorCode)) {
    if (value !== code) continue;
    return name === "http11Required"
      ? "HTTP_1_1_REQUIRED"
      : name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
  }
  return `0x${code.toString(16)}`;
}

/** What makes it impossible to go on with a connection: the peer broke the rules, or asks for too much. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
