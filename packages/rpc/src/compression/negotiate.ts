import { quote } from "../option-names.js";
import { RpcError } from "../rpc-error.js";
import type { Compression } from "./compression.js";

/** Content codings are tokens (RFC 9110, 5.6.2); in lower case, so that two spellings are not two compressions. */
const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/**
 * The compression of that name; `undefined` if it is not there, as `identity`, which compresses nothing, never is.
 * Names do not depend on case (RFC 9110, 8.4.1).
 */
export function findCompression(
  compressions: readonly Compression[],
  name: string,
): Compression | undefined {
  for (const each of compressions) if (each.name === name) return each;
  const key = name.toLowerCase();
  return key === name ? undefined : compressions.find((each) => each.name === key);
}

/**
 * The compression of a response: of those that the caller lists (`accept-encoding`, `grpc-accept-encoding`, …), the
 * first that there is. The list's order decides; weights count only where they are 0, which excludes. `identity` is
 * passed over, because clients list it whatever else they take.
 */
export function chooseResponse(
  accepted: string | undefined,
  available: readonly Compression[],
): Compression | undefined {
  if (accepted === undefined || available.length === 0) return undefined;
  for (const entry of accepted.split(",")) {
    const parameters = entry.indexOf(";");
    const name = (parameters < 0 ? entry : entry.slice(0, parameters)).trim();
    const found = findCompression(available, name);
    if (found !== undefined && (parameters < 0 || !isExcluded(entry))) return found;
  }
  return undefined;
}

function isExcluded(entry: string): boolean {
  return /;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(entry);
}

/** What is accepted, for headers and refusals: `gzip, br`. */
export function acceptList(compressions: readonly Compression[]): string {
  return compressions.map((each) => each.name).join(", ");
}

/**
 * Checks compressions where a server or channel is made.
 * @param of whose they are, as messages name them: `serve's compression.algorithms`.
 * @throws RpcError `invalid_argument` for what is not a compression, a name that is no token in lower case, `identity`,
 * and a name that is there twice.
 */
export function checkCompressions(of: string, compressions: readonly Compression[]): void {
  if (!Array.isArray(compressions)) {
    throw unusable(`${of} must be an array of compressions; it is ${quote(compressions)}`);
  }
  const names = new Set<string>();
  for (const [index, each] of compressions.entries()) {
    checkCompression(`${of}[${index}]`, each);
    if (names.has(each.name)) throw unusable(`${of} has ${quote(each.name)} twice`);
    names.add(each.name);
  }
}

/** The same for one: that of a call, or that a channel sends with. */
export function checkCompression(of: string, compression: Compression): void {
  const { name, compress, decompress } = (compression ?? {}) as Partial<Compression>;
  if (typeof compress !== "function" || typeof decompress !== "function") {
    throw unusable(
      `${of} must be a compression with name, compress and decompress, such as gzip(); it is ${quote(compression)}`,
    );
  }
  if (typeof name !== "string" || !token.test(name)) {
    throw unusable(`the name of ${of} must be a token in lower case; it is ${quote(name)}`);
  }
  if (name === "identity") {
    throw unusable(`${of} is called identity, which stands for no compression; leave it out`);
  }
}

function unusable(message: string): RpcError {
  return new RpcError("invalid_argument", message, { reason: "BOWLINE_OPTION" });
}
