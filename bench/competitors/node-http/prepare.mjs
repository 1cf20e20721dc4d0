/** Bare `node:http`: no protocol, no codec. It reads the request's body and answers the headers and bytes it was given. */
export function prepare() {
  return { name: "node:http", version: process.versions.node, options: "constant answers" };
}
