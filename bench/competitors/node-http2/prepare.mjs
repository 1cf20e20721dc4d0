/** Bare `node:http2`: no protocol, no codec. It reads the request's body and answers with constant bytes. */
export function prepare() {
  return { name: "node:http2", version: process.versions.node, options: "constant answers" };
}
