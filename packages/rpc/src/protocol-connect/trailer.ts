import { Metadata, type ReadonlyMetadata } from "../metadata.js";

const prefix = "trailer-";

/** Adds trailers to the headers of a unary response, where Connect carries them: `trailer-` before each name. */
export function appendTrailers(fields: string[], trailers: ReadonlyMetadata | undefined): void {
  if (trailers === undefined) return;
  for (const [name, value] of trailers) fields.push(prefix + name, value);
}

/** Takes the headers of a unary response apart again. */
export function splitTrailers(received: ReadonlyMetadata): {
  readonly headers: ReadonlyMetadata;
  readonly trailers: ReadonlyMetadata;
} {
  if (!hasTrailers(received)) return { headers: received, trailers: new Metadata() };
  const headers: string[] = [];
  const trailers: string[] = [];
  for (const [name, value] of received) {
    if (name.startsWith(prefix)) trailers.push(name.slice(prefix.length), value);
    else headers.push(name, value);
  }
  return { headers: Metadata.fromWire(headers), trailers: Metadata.fromWire(trailers) };
}

/** Most responses have none. A value that looks like one costs a closer look. */
function hasTrailers(received: ReadonlyMetadata): boolean {
  return Metadata.fieldsOf(received).some((each) => each.startsWith(prefix));
}
