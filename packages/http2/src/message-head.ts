import { type FieldList, isConnectionSpecific, isFieldName, isFieldValue } from "./field.js";

/** What is said of a request by its pseudo-header fields, and by those that frame its message. */
export interface RequestLine {
  readonly method: string;
  readonly scheme: string;
  /** `:authority`; `undefined` if there was none. */
  readonly authority: string | undefined;
  readonly path: string;
  /** Bytes of content that `content-length` announces, -1 if it does not. */
  readonly contentLength: number;
  /** The client waits for a 100 before it sends content. */
  readonly awaitsContinue: boolean;
  /** How many fields of the block are pseudo-header fields; the regular ones come behind them. */
  readonly pseudoFields: number;
}

/** A header block of a response (RFC 9113, section 8.3.2). */
export interface ResponseHead {
  readonly status: number;
  readonly fields: FieldList;
  readonly contentLength: number;
  /** As of a `RequestHead`. */
  attachment: unknown;
}

/** What regular fields say of the message. */
interface Framing {
  contentLength: number;
  awaitsContinue: boolean;
}

/**
 * Takes a request's head apart. A text says why the message is malformed (RFC 9113, section 8.1.1).
 * @param isWellFormed names and values were checked already, octet by octet.
 */
export function parseRequestLine(block: FieldList, isWellFormed = false): RequestLine | string {
  let method: string | undefined;
  let scheme: string | undefined;
  let authority: string | undefined;
  let path: string | undefined;
  let at = 0;
  for (; at < block.length; at += 2) {
    const name = block[at] as string;
    if (name.charCodeAt(0) !== colon) break;
    const value = block[at + 1] as string;
    if (!isWellFormed && !isFieldValue(value)) return `a wrong value of ${name}`;
    let before: string | undefined;
    if (name === ":method") {
      before = method;
      method = value;
    } else if (name === ":scheme") {
      before = scheme;
      scheme = value;
    } else if (name === ":authority") {
      before = authority;
      authority = value;
    } else if (name === ":path") {
      before = path;
      path = value;
    } else return "an unknown pseudo-header field";
    if (before !== undefined) return `a second ${name}`;
  }
  const fields = block.slice(at);
  const framing = checkFields(fields, true, isWellFormed);
  if (typeof framing === "string") return framing;
  if (method === undefined || !isMethod(method)) return "no :method";
  if (method === "CONNECT") {
    if (scheme !== undefined || path !== undefined) return "CONNECT with :scheme or :path";
    if (authority === undefined) return "CONNECT without :authority";
    scheme = "";
    path = "";
  } else {
    if (scheme === undefined || scheme === "") return "no :scheme";
    if (path === undefined || !isPath(path, method)) return "no :path";
  }
  const { contentLength, awaitsContinue } = framing;
  return { method, scheme, authority, path, contentLength, awaitsContinue, pseudoFields: at / 2 };
}

/** Whether the value of a field is looked at by {@link parseRequestLine}. */
export function isFraming(name: string): boolean {
  if (name.charCodeAt(0) === colon) return true;
  return name === "te" || name === "expect" || name === "content-length";
}

/** Takes a response's head apart. A text says why it is malformed. */
export function parseResponseHead(block: FieldList, isWellFormed = false): ResponseHead | string {
  const status = block[1];
  if (block[0] !== ":status" || status === undefined) return "no :status";
  if (!/^[1-9][0-9][0-9]$/.test(status) || status === "101") return "a wrong :status";
  const fields = block.slice(2);
  const framing = checkFields(fields, false, isWellFormed);
  if (typeof framing === "string") return framing;
  const { contentLength } = framing;
  return { status: Number(status), fields, contentLength, attachment: undefined };
}

/** What is wrong with trailers; `undefined` if nothing is. */
export function checkTrailers(fields: FieldList, isWellFormed = false): string | undefined {
  const framing = checkFields(fields, false, isWellFormed);
  return typeof framing === "string" ? framing : undefined;
}

const colon = 0x3a;

/** Checks regular fields. A text says what is wrong. */
function checkFields(
  fields: FieldList,
  isRequest: boolean,
  isWellFormed: boolean,
): Framing | string {
  const framing: Framing = { contentLength: -1, awaitsContinue: false };
  let hasHost = false;
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (name.charCodeAt(0) === colon) return "a pseudo-header field out of place";
    if (!isWellFormed) {
      if (!isFieldName(name)) return "a wrong name";
      if (!isFieldValue(value)) return `a wrong value of ${name}`;
    }
    if (isConnectionSpecific(name)) return `a ${name} field`;
    if (name === "host" && isRequest) {
      // RFC 9110, section 7.2: whom it is for must not depend on who looks.
      if (hasHost) return "a second host field";
      hasHost = true;
    }
    if (name === "te" && isRequest && value.toLowerCase() !== "trailers") return "a wrong te field";
    if (name === "expect" && value.toLowerCase() === "100-continue") framing.awaitsContinue = true;
    if (name !== "content-length") continue;
    if (!/^[0-9]{1,15}$/.test(value)) return "a wrong content-length";
    if (framing.contentLength >= 0 && framing.contentLength !== Number(value)) {
      return "two content-lengths";
    }
    framing.contentLength = Number(value);
  }
  return framing;
}

function isMethod(method: string): boolean {
  if (method === "POST" || method === "GET") return true;
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method);
}

function isPath(path: string, method: string): boolean {
  if (path === "*") return method === "OPTIONS";
  return path.startsWith("/") && !/[ #]/.test(path);
}
