/** What may not stand for itself: all but visible ASCII, the percent sign, and spaces that HTTP would take off the ends. */
const unsafe = /[^\x20-\x24\x26-\x7e]|^ | $/;
/** The escapes of one character, as UTF-8 has them. */
const escaped =
  /%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi;

/**
 * Writes a text as the value of `grpc-message`: UTF-8, percent-encoded where it is not visible ASCII. Lone surrogates
 * become U+FFFD.
 */
export function encodeMessage(text: string): string {
  if (!unsafe.test(text)) return text;
  const bytes = new TextEncoder().encode(text);
  const last = bytes.length - 1;
  let encoded = "";
  for (let i = 0; i <= last; i++) {
    const byte = bytes[i] as number;
    const end = i === 0 || i === last;
    const safe = byte > 0x1f && byte < 0x7f && byte !== 0x25 && !(end && byte === 0x20);
    encoded += safe ? String.fromCharCode(byte) : percentOf(byte);
  }
  return encoded;
}

/** Reads the value of `grpc-message`. What is not an escape of a character in UTF-8 stays as it is. */
export function decodeMessage(value: string): string {
  return value.includes("%") ? value.replace(escaped, decoded) : value;
}

/**
 * The beginning of an encoded text that has at most `length` characters and ends with a whole character, not with a space.
 */
export function cutMessage(encoded: string, length: number): string {
  if (encoded.length <= length) return encoded;
  let end = Math.max(length, 0);
  while (end > 0 && !isEnd(encoded, end)) end--;
  return encoded.slice(0, end);
}

function isEnd(encoded: string, end: number): boolean {
  if (encoded[end - 1] === " " || encoded[end - 1] === "%" || encoded[end - 2] === "%")
    return false;
  return !/^%[89AB]/.test(encoded.slice(end, end + 2));
}

function percentOf(byte: number): string {
  return `%${byte < 16 ? "0" : ""}${byte.toString(16).toUpperCase()}`;
}

function decoded(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}
