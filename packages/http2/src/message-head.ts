import { type FieldList, isConnectionSpecific, isFieldName, isFieldValue } from "./field.js";

/** A header block of a request, checked and taken apart (RFC 9113, section 8.3.1). */
export interface RequestHead {
  readonly method: string;
  readonly scheme: string;
  /** `:authority`; `undefined` if there was none. */
  readonly authority: string | undefined;
  readonly path: string;
  /** The regular fields, in order. */
  readonly fields: FieldList;
  /** Bytes of content that `content-length` announces, -1 if it does not. */
  readonly contentLength: number;
  /** The client waits for a 100 before it sends content. */
  readonly awaitsContinue: boolean;
  /**
   * For what a user of the engine makes of the head. Requests with the same header block may share one head, so it must
   * depend on nothing else, and may not be changed once made.
   */
  attachment: unknown;
  /** Whether the same block has come again: what is attached serves more than one request. */
  isRepeated: boolean;
}

/** A header block of a response (RFC 9113, section 8.3.2). */
export interface ResponseHead {
  readonly status: number;
  readonly fields: FieldList;
  readonly contentLength: number;
  /** As of a {@link RequestHead}. */
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
export function parseRequestHead(block: FieldList, isWellFormed = false): RequestHead | string {
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
  return createHead(method, scheme, authority, path, fields, contentLength, awaitsContinue);
}

function createHead(
  method: string,
  scheme: string,
  authority: string | undefined,
  path: string,
  fields: FieldList,
  contentLength: number,
  awaitsContinue: boolean,
): RequestHead {
  return {
    method,
    scheme,
    authority,
    path,
    fields,
    contentLength,
    awaitsContinue,
    attachment: undefined,
    isRepeated: false,
  };
}

/**
 * The head of a well-formed block that differs from another one, whose head is known, in nothing but values that say
 * nothing of the message's frame: clients change a deadline or a trace id from call to call. `undefined` for any other.
 */
export function deriveRequestHead(
  block: FieldList,
  model: FieldList,
  of: RequestHead,
): RequestHead | undefined {
  if (block.length !== model.length) return undefined;
  for (let at = 0; at < block.length; at += 2) {
    const name = block[at] as string;
    if (name !== model[at]) return undefined;
    if (block[at + 1] !== model[at + 1] && saysMore(name)) return undefined;
  }
  const fields = block.slice(block.length - of.fields.length);
  const { method, scheme, authority, path, contentLength, awaitsContinue } = of;
  return createHead(method, scheme, authority, path, fields, contentLength, awaitsContinue);
}

/** Whether the value of a field is looked at by {@link parseRequestHead}. */
function saysMore(name: string): boolean {
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
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] as string;
    const value = fields[at + 1] as string;
    if (name.charCodeAt(0) === colon) return "a pseudo-header field out of place";
    if (!isWellFormed) {
      if (!isFieldName(name)) return "a wrong name";
      if (!isFieldValue(value)) return `a wrong value of ${name}`;
    }
    if (isConnectionSpecific(name)) return `a ${name} field`;
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
  return path.startsWith("/") || (path === "*" && method === "OPTIONS");
}
