import { decodeBase64, encodeBase64 } from "./base64.js";
import { quote } from "./option-names.js";
import { RpcError } from "./rpc-error.js";

/** Names and values one after the other: `["x-tenant", "a", "x-trace", "b"]`. Names in lower case. */
export type HeaderFields = readonly string[];

/** What metadata can be made from: other metadata, pairs, or an object whose values are texts or lists of them. */
export type MetadataInit =
  | ReadonlyMetadata
  | Iterable<readonly [name: string, value: string]>
  | { readonly [name: string]: string | readonly string[] };

/** Headers or trailers as they are read. Names do not depend on case and are listed in lower case. */
export interface ReadonlyMetadata extends Iterable<[name: string, value: string]> {
  /** Number of fields; a name that occurs twice counts twice. */
  readonly size: number;
  /** The value, several values joined with `, ` (of `cookie` with `; `, RFC 9113, section 8.2.3); `undefined` if there is none. */
  get(name: string): string | undefined;
  /** Each value, in order. */
  getAll(name: string): string[];
  /**
   * The bytes of a field whose name ends in `-bin`; of several, the first.
   * @throws RpcError `invalid_argument` if the value is not base64.
   */
  getBinary(name: string): Uint8Array | undefined;
  has(name: string): boolean;
}

const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const fieldValue = /^[\t\x20-\x7e]*$/;
const reserved = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
const reservedPrefix = /^(?:connect-|grpc-|trailer-)/;
const secret = /authorization|cookie|token|secret|password|api-?key|-bin$/;

/**
 * Headers or trailers as they are written. Values are visible ASCII; bytes go through {@link Metadata.setBinary}
 * under a name that ends in `-bin`. Names that the protocols use themselves (`content-type`, `connect-…`, `grpc-…`)
 * are refused. Logs show the values of credentials and of `-bin` fields as `[redacted]`.
 */
export class Metadata implements ReadonlyMetadata {
  static {
    // Node's `util.inspect` shows the log form.
    Object.defineProperty(Metadata.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Metadata) {
        return this.toJSON();
      },
    });
  }

  #fields: string[] = none;
  /** The fields are somebody else's too: they are copied when they are first changed. */
  #isBorrowed = true;

  /** @throws TypeError for a name or value that cannot be sent, as every method that writes does. */
  constructor(init?: MetadataInit) {
    if (init === undefined) return;
    if (Symbol.iterator in init) {
      for (const [name, value] of init) this.append(name, value);
      return;
    }
    for (const [name, value] of Object.entries(init)) {
      if (Array.isArray(value)) for (const each of value) this.append(name, each);
      else this.append(name, value as string);
    }
  }

  /** Takes fields that a transport read, as they are: nothing is checked, names are put in lower case. */
  static fromWire(fields: HeaderFields): Metadata {
    const metadata = new Metadata();
    const own = fields.slice();
    for (let i = 0; i < own.length; i += 2) own[i] = (own[i] as string).toLowerCase();
    metadata.#fields = own;
    metadata.#isBorrowed = false;
    return metadata;
  }

  /** Takes fields that others hold too and nobody changes, names in lower case. They are copied if this is changed. */
  static borrow(fields: HeaderFields): Metadata {
    const metadata = new Metadata();
    metadata.#fields = fields as string[];
    return metadata;
  }

  /** The fields of metadata, names and values one after the other. They are not to be changed. */
  static fieldsOf(metadata: ReadonlyMetadata): HeaderFields {
    return #fields in metadata ? metadata.#fields : [...metadata].flat();
  }

  #own(): string[] {
    if (this.#isBorrowed) this.#fields = this.#fields.slice();
    this.#isBorrowed = false;
    return this.#fields;
  }

  get size(): number {
    return this.#fields.length / 2;
  }

  get(name: string): string | undefined {
    const key = lowerCase(name);
    const fields = this.#fields;
    const separator = key === "cookie" ? "; " : ", ";
    let found: string | undefined;
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i] === key)
        found = found === undefined ? fields[i + 1] : `${found}${separator}${fields[i + 1]}`;
    }
    return found;
  }

  getAll(name: string): string[] {
    const key = lowerCase(name);
    const values: string[] = [];
    for (let i = 0; i < this.#fields.length; i += 2) {
      if (this.#fields[i] === key) values.push(this.#fields[i + 1] as string);
    }
    return values;
  }

  getBinary(name: string): Uint8Array | undefined {
    const value = this.getAll(name)[0];
    if (value === undefined) return undefined;
    const bytes = decodeBase64((value.split(",")[0] as string).trim());
    if (bytes !== undefined) return bytes;
    throw new RpcError("invalid_argument", `the value of ${name.toLowerCase()} is not base64`, {
      reason: "BOWLINE_METADATA",
    });
  }

  has(name: string): boolean {
    const key = lowerCase(name);
    for (let i = 0; i < this.#fields.length; i += 2) if (this.#fields[i] === key) return true;
    return false;
  }

  /** Replaces every value of the name. */
  set(name: string, value: string): this {
    const key = checked(name, value);
    this.delete(key);
    this.#own().push(key, value);
    return this;
  }

  /** Adds a value, behind those that the name has. */
  append(name: string, value: string): this {
    const key = checked(name, value);
    this.#own().push(key, value);
    return this;
  }

  /** Replaces every value of a name that ends in `-bin`; the bytes travel as base64. */
  setBinary(name: string, bytes: Uint8Array): this {
    if (!name.toLowerCase().endsWith("-bin")) {
      throw unusable(`${JSON.stringify(name)} cannot carry bytes: its name must end in -bin`);
    }
    return this.set(name, encodeBase64(bytes));
  }

  /** Removes every value of the name; whether there was one. */
  delete(name: string): boolean {
    const key = lowerCase(name);
    const before = this.#fields.length;
    for (let i = before - 2; i >= 0; i -= 2) {
      if (this.#fields[i] === key) this.#own().splice(i, 2);
    }
    return this.#fields.length !== before;
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.#fields.length; i += 2) {
      yield [this.#fields[i] as string, this.#fields[i + 1] as string];
    }
  }

  /** The log form: an object, credentials and `-bin` fields redacted. */
  toJSON(): Record<string, string> {
    // One pass: a hostile server may send any number of trailers with the error that is logged.
    const shown = new Map<string, string>();
    for (const [name, value] of this) {
      const before = shown.get(name);
      if (before === undefined) shown.set(name, secret.test(name) ? "[redacted]" : value);
      else if (!secret.test(name)) shown.set(name, `${before}, ${value}`);
    }
    return Object.fromEntries(shown);
  }
}

const none: string[] = [];

/** A name in lower case. Most are already, and `toLowerCase` makes a text even of those. */
function lowerCase(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if ((code >= 0x41 && code <= 0x5a) || code > 0x7f) return name.toLowerCase();
  }
  return name;
}

function checked(name: string, value: string): string {
  const key = lowerCase(name);
  if (!fieldName.test(key)) throw unusable(`${JSON.stringify(name)} is not a header name`);
  if (reserved.has(key) || reservedPrefix.test(key)) {
    throw unusable(`${key} belongs to the protocol; choose another name`);
  }
  if (typeof value !== "string") {
    throw unusable(`the value of ${key} must be a text; it is ${quote(value)}`);
  }
  if (!fieldValue.test(value)) {
    const binary = key.endsWith("-bin") ? key : `${key}-bin`;
    throw unusable(
      `the value of ${key} may hold visible ASCII only; send other data with setBinary("${binary}", bytes)`,
    );
  }
  return key;
}

/** Whether a field that was not made by {@link Metadata}'s own methods may be sent as metadata. */
export function isSendable(name: string, value: string): boolean {
  return (
    fieldName.test(name) &&
    !reserved.has(name) &&
    !reservedPrefix.test(name) &&
    fieldValue.test(value)
  );
}

function unusable(message: string): TypeError {
  return new TypeError(`metadata: ${message}`);
}
