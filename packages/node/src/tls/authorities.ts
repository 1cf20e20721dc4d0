type Pem = string | Uint8Array | readonly (string | Uint8Array)[];

/** What is said of a `ca` that is none. */
export const noAuthority = "holds no certificate: it is a text in PEM, not a file name";

/**
 * Whether each of the certificates of authorities is PEM. OpenSSL passes over anything else without a word, and then
 * finds every certificate of a peer to come from somebody unknown.
 */
export function areAuthorities(ca: Pem): boolean {
  if (typeof ca === "string") return ca.includes("-----BEGIN ");
  if (ca instanceof Uint8Array) return Buffer.from(ca).includes("-----BEGIN ");
  return ca.every(areAuthorities);
}
