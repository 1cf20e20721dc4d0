/** Where the fetch handler and the fetch client run, what the runner is told of them, and what each run has to count. */

const versions = { 1: "HTTP_VERSION_1", 2: "HTTP_VERSION_2" };

/**
 * @typedef {object} WebRun
 * @property {string} name
 * @property {"server" | "client"} role
 * @property {string} runtime how the program under test calls what runs it
 * @property {string} program its file among the programs, by `web-programs.mjs`
 * @property {string} config
 * @property {string[]} skip patterns of cases that are left to `--all`
 * @property {number} cases what the runner counts: another number means that something did not run
 * @property {number} allCases the same with `--all`
 */

/** Fetch handlers have no trailers and no TLS of their own; the HTTP version is the affair of what is before them. */
const server = configOf({
  versions: [1],
  streams: ["UNARY", "CLIENT_STREAM", "SERVER_STREAM", "HALF_DUPLEX_BIDI_STREAM"],
});

/** Fetch clients send requests as a whole. */
const client = configOf({ versions: [1], streams: ["UNARY", "SERVER_STREAM"] });

/** A browser speaks HTTP/2 over TLS. */
const browser = configOf({ versions: [1, 2], streams: ["UNARY", "SERVER_STREAM"], tls: true });

/** @param {{ versions: (1 | 2)[], streams: string[], tls?: boolean }} features */
function configOf({ versions: wanted, streams, tls = false }) {
  return `features:
  versions: [${wanted.map((each) => versions[each]).join(", ")}]
  protocols: [PROTOCOL_CONNECT, PROTOCOL_GRPC_WEB]
  codecs: [CODEC_PROTO, CODEC_JSON]
  compressions: [COMPRESSION_IDENTITY, COMPRESSION_GZIP, COMPRESSION_DEFLATE]
  streamTypes: [${streams.map((name) => `STREAM_TYPE_${name}`).join(", ")}]
  supportsH2c: false
  supportsTls: ${tls}
  supportsTlsClientCerts: false
  supportsTrailers: false
  supportsHalfDuplexBidiOverHttp1: true
  supportsConnectGet: true
  supportsMessageReceiveLimit: true
`;
}

/** The cases of this suite cost the runner up to a second each: it compares payloads of 200 KB. */
const largeMessages = (...compressions) =>
  compressions.map((name) => `Server Message Size/**/Compression:COMPRESSION_${name}/**`);

const handler = { role: "server", program: "server", config: server, allCases: 1_020 };
const calls = { role: "client", program: "client", config: client, skip: [], allCases: 1_036 };
const identityOnly = { skip: largeMessages("GZIP", "DEFLATE"), cases: 980 };

/** @type {WebRun[]} */
export const runs = [
  {
    ...handler,
    name: "handler-node",
    runtime: "node",
    skip: largeMessages("DEFLATE"),
    cases: 1_000,
  },
  { ...handler, name: "handler-bun", runtime: "bun", ...identityOnly },
  { ...handler, name: "handler-deno", runtime: "deno", ...identityOnly },
  { ...handler, name: "handler-workerd", runtime: "workerd", program: "workerd", ...identityOnly },
  { ...calls, name: "client-node", runtime: "node", cases: 1_036 },
  { ...calls, name: "client-bun", runtime: "bun", cases: 1_036 },
  { ...calls, name: "client-deno", runtime: "deno", cases: 1_036 },
  {
    ...calls,
    name: "client-chromium",
    runtime: "chromium",
    program: "browser",
    config: browser,
    cases: 2_892,
    allCases: 2_892,
  },
];
