import type { HeaderFields } from "@bowline/rpc/internal";

/** Statuses whose responses have no body (Fetch standard, "null body status"). */
const withoutBody = new Set([204, 205, 304]);

/** Makes a `Response` of what the RPC layer answers. */
export function toResponse(
  status: number,
  fields: HeaderFields,
  body: Uint8Array | ReadableStream<Uint8Array>,
): Response {
  const headers: [string, string][] = [];
  let isEncoded = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    headers.push([name, fields[i + 1] as string]);
    if (name === "content-encoding") isEncoded = true;
  }
  const init: ResponseInit & { readonly encodeBody?: "manual" } = {
    status,
    headers,
    // Workers would compress a body once more that says it is compressed.
    ...(isEncoded ? { encodeBody: "manual" } : {}),
  };
  return new Response(withoutBody.has(status) ? null : (body as BodyInit), init);
}
