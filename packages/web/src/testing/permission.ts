/** The answer to a browser's question whether a page of another origin may call, which a test always allows. */
export function answerQuestion(request: Request): Response | undefined {
  if (request.method !== "OPTIONS") return undefined;
  const headers = { "access-control-allow-methods": "GET, POST" };
  const asked = request.headers.get("access-control-request-headers");
  const response = new Response(null, { status: 204, headers });
  if (asked !== null) response.headers.set("access-control-allow-headers", asked);
  return permit(request, response);
}

/** Lets the page read all of a response. */
export function permit(request: Request, response: Response): Response {
  const origin = request.headers.get("origin");
  if (origin === null) return response;
  const names = [...response.headers.keys()];
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-allow-credentials", "true");
  response.headers.set("access-control-expose-headers", names.join(", "));
  response.headers.append("vary", "origin");
  return response;
}
