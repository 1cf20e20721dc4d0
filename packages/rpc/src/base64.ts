const form = /^[A-Za-z0-9+/]*={0,2}$/;

/** Base64 without padding, as Connect and gRPC send it. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) {
    text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  }
  return btoa(text).replace(/=+$/, "");
}

/** Reads standard base64, padded or not. `undefined` for anything else: white space, other alphabets, cut input. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!form.test(text)) return undefined;
  const digits = text.replace(/=+$/, "");
  if (digits.length % 4 === 1) return undefined;
  if (text.length !== digits.length && text.length % 4 !== 0) return undefined;
  const binary = atob(digits);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
