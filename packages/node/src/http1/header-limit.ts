import type { ServerStream } from "@bowline/rpc/internal";

/** The name of the first field whose name and value take more than `limit` bytes, cut short; `undefined` if none does. */
export function oversizedField(rawHeaders: readonly string[], limit: number): string | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length + (rawHeaders[i + 1] as string).length > limit) return name.slice(0, 40);
  }
  return undefined;
}

/** Refuses a request with a field that is too large; whether it did. */
export function refuseField(
  stream: ServerStream,
  rawHeaders: readonly string[],
  limit: number,
): boolean {
  const name = oversizedField(rawHeaders, limit);
  if (name === undefined) return false;
  refuseHeaders(stream, `header ${name} is past the limit of ${limit} bytes`);
  return true;
}

/** Answers a request whose headers are too large. */
export function refuseHeaders(stream: ServerStream, text: string): void {
  stream.body.append(new TextEncoder().encode(text));
  stream.respond(431, ["content-type", "text/plain; charset=utf-8"]);
}
