import { concat, showBody } from "./show-body.js";
import type { WirePiece } from "./wire-tap.js";

/** One exchange over HTTP/1.1, in lines: for each side what it asks or answers, its form, its body. */
export function showHttp1(pieces: readonly WirePiece[], json: boolean): string[] {
  return (["request", "response"] as const).flatMap((direction) => {
    const own = pieces.filter((piece) => piece.direction === direction);
    return showMessage(
      concat(own.map((piece) => piece.bytes)),
      direction === "request" ? "→" : "←",
      json,
    );
  });
}

function showMessage(bytes: Uint8Array, arrow: string, json: boolean): string[] {
  const text = Buffer.from(bytes).toString("latin1");
  const headEnd = text.indexOf("\r\n\r\n");
  const [startLine = "", ...fields] = text.slice(0, headEnd).split("\r\n");
  const field = (name: string) =>
    fields
      .find((each) => each.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const rest = bytes.subarray(headEnd + 4);
  const body = field("transfer-encoding") === "chunked" ? unchunk(rest) : rest;
  const type = field("content-type");
  const first = startLine.replace(/^HTTP\/1\.1 (\d+).*/, "$1").replace(/ HTTP\/1\.1$/, "");
  return [
    `${arrow} ${first}${type === undefined ? "" : `   ${type}`}`,
    ...showBody(body, { json, enveloped: isEnveloped(type) }).map((line) => `    ${line}`),
  ];
}

/** Connect's unary messages, and its errors, stand in the body alone. */
function isEnveloped(contentType: string | undefined): boolean {
  return /^application\/(?:connect\+|grpc)/.test(contentType ?? "");
}

/** The body without the lengths of its chunks. */
function unchunk(bytes: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf(0x0a, at);
    const length = Number.parseInt(Buffer.from(bytes.subarray(at, lineEnd)).toString("latin1"), 16);
    if (!(length > 0)) break;
    chunks.push(bytes.subarray(lineEnd + 1, lineEnd + 1 + length));
    at = lineEnd + 1 + length + 2;
  }
  return concat(chunks);
}
