/** Bare `node:net`: the least that an HTTP/2 server on Node can cost. It cuts frames and answers with constant bytes. */
export function prepare() {
  return {
    name: "node:net",
    version: process.versions.node,
    options: "cuts frames, reads none of them, constant answers",
  };
}
