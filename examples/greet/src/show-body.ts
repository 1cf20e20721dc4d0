/** How bodies are to be read. */
export interface Form {
  /** Messages of JSON are shown as text, others in hexadecimal digits. */
  readonly json: boolean;
  /** Five bytes stand before each message: one of flags, four of length. */
  readonly enveloped: boolean;
}

/** A body in lines; an envelope's five bytes stand in brackets. */
export function showBody(body: Uint8Array, form: Form): string[] {
  if (body.length === 0) return [];
  if (!form.enveloped) return [showMessage(body, form.json)];
  const lines: string[] = [];
  for (let at = 0; at < body.length; ) {
    const flags = body[at] ?? 0;
    const start = at + 5;
    const end = start + Buffer.from(body.subarray(at + 1, start)).readUInt32BE();
    const prefix = `[${hex(body.subarray(at, at + 1))} ${hex(body.subarray(at + 1, start))}]`;
    // What ends a stream is text: JSON over Connect, trailers over gRPC-Web.
    const isEnd = (flags & 0x82) !== 0;
    lines.push(`${prefix} ${showMessage(body.subarray(start, end), form.json || isEnd)}`);
    at = end;
  }
  return lines;
}

/** Arrays of bytes as one. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function showMessage(bytes: Uint8Array, asText: boolean): string {
  if (!asText && !looksLikeJson(bytes)) return hex(bytes);
  return Buffer.from(bytes).toString().trim().replaceAll("\r\n", "; ");
}

/** Connect's errors are JSON whatever the codec. */
function looksLikeJson(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b && bytes.at(-1) === 0x7d;
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
