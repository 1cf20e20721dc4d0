/** What the runner is told about us, which runs there are, and what each of them has to count. */

const all = ["IDENTITY", "GZIP", "BR", "ZSTD", "DEFLATE", "SNAPPY"];
const withoutZstd = all.filter((name) => name !== "ZSTD");

/** The cases of this suite cost the runner up to a second each: it compares payloads of 200 KB. */
const messageSize = "Server Message Size";

/**
 * @typedef {object} Run
 * @property {20 | 24} node the major version of the Node that runs the program under test
 * @property {"server" | "client"} role
 * @property {string[]} compressions
 * @property {"other"} [engine] over the other engine of HTTP/2, and over HTTP/2 alone; default: the one that serves by default
 * @property {string[]} skip patterns of cases that are left to `--all`
 * @property {number} cases what the runner counts: another number means that something did not run
 */

/** Everything: Node 20 has no zstd, so its runs leave the cases of that compression out. @type {Run[]} */
const whole = [
  { node: 20, role: "server", compressions: withoutZstd, skip: [], cases: 9_002 },
  { node: 20, role: "client", compressions: withoutZstd, skip: [], cases: 10_988 },
  { node: 24, role: "server", compressions: all, skip: [], cases: 10_736 },
  { node: 24, role: "client", compressions: all, skip: [], cases: 13_046 },
];

/**
 * CI's part: everything but the message-size cases of other compressions than gzip; and of the other engine, which only
 * carries HTTP/2, what does not repeat itself. @type {Run[]} */
const usual = [
  { ...whole[0], skip: messageSizesOf(["BR", "DEFLATE", "SNAPPY"]), cases: 8_666 },
  whole[1],
  { ...whole[2], skip: messageSizesOf(["BR", "ZSTD", "DEFLATE", "SNAPPY"]), cases: 10_288 },
  whole[3],
  {
    node: 20,
    role: "server",
    engine: "other",
    compressions: ["IDENTITY", "GZIP"],
    skip: messageSizesOf(["GZIP"]),
    cases: 2_328,
  },
  {
    node: 20,
    role: "client",
    engine: "other",
    compressions: ["IDENTITY", "GZIP"],
    skip: [],
    cases: 3_026,
  },
];

function messageSizesOf(compressions) {
  return compressions.map((name) => `${messageSize}/**/Compression:COMPRESSION_${name}/**`);
}

/** The runs of `npm run conformance:connect`, and those of `-- --all`. */
export const runs = { usual, whole };

/** Nothing is opted out of but HTTP/3. @param {Run} run */
export function configFor({ compressions, engine }) {
  return `features:
  versions: [${engine === "other" ? "" : "HTTP_VERSION_1, "}HTTP_VERSION_2]
  protocols: [PROTOCOL_CONNECT, PROTOCOL_GRPC, PROTOCOL_GRPC_WEB]
  codecs: [CODEC_PROTO, CODEC_JSON]
  compressions: [${compressions.map((name) => `COMPRESSION_${name}`).join(", ")}]
  streamTypes: [STREAM_TYPE_UNARY, STREAM_TYPE_CLIENT_STREAM, STREAM_TYPE_SERVER_STREAM, STREAM_TYPE_HALF_DUPLEX_BIDI_STREAM, STREAM_TYPE_FULL_DUPLEX_BIDI_STREAM]
  supportsH2c: true
  supportsTls: true
  supportsTlsClientCerts: true
  supportsTrailers: true
  supportsHalfDuplexBidiOverHttp1: true
  supportsConnectGet: true
  supportsMessageReceiveLimit: true
`;
}

const everyWay = [
  "connect over HTTP/1.1",
  "connect over HTTP/2",
  "grpc over HTTP/2",
  "grpc-web over HTTP/1.1",
  "grpc-web over HTTP/2",
];

/** The ways that calls take; each must have been taken, by calls of the run. @param {Run} run */
export function waysOf({ engine }) {
  return engine === "other" ? everyWay.filter((way) => way.endsWith("HTTP/2")) : everyWay;
}

/** What `BOWLINE_HTTP2` is for a run: as it is here, or the other engine. @param {Run} run */
export function engineSetting({ engine }) {
  const here = process.env.BOWLINE_HTTP2 ?? "bowline";
  if (engine !== "other") return here;
  return here === "node" ? "bowline" : "node";
}

/** The HTTP engines that have to serve, and no others. @param {Run} run */
export function enginesOf(run) {
  const http2 = engineSetting(run) === "node" ? "node:http2" : "@bowline/http2";
  return run.engine === "other" ? [http2] : [http2, "node:http"].sort();
}
