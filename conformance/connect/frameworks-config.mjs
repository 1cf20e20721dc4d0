/** The frameworks under test, what the runner is told of them, and what each run has to count. */

const http1 = {
  versions: ["HTTP_VERSION_1"],
  protocols: ["PROTOCOL_CONNECT", "PROTOCOL_GRPC_WEB"],
};
const http2 = {
  versions: ["HTTP_VERSION_2"],
  protocols: ["PROTOCOL_CONNECT", "PROTOCOL_GRPC", "PROTOCOL_GRPC_WEB"],
};

/** What CI runs, and what `-- --all` runs: its message-size cases cost the runner up to a second each. */
const usual = ["IDENTITY", "GZIP"];
const whole = ["IDENTITY", "GZIP", "BR", "DEFLATE", "SNAPPY"];

/**
 * @typedef {object} FrameworkRun
 * @property {string} name as the program under test calls the application
 * @property {{ versions: string[], protocols: string[] }} speaks
 * @property {string[]} skip patterns of cases that are left to `--all`
 * @property {number} cases what the runner counts: another number means that something did not run
 * @property {number} allCases the same with `--all`
 */

const overHttp1 = {
  speaks: http1,
  skip: ["Server Message Size/**"],
  cases: 1_308,
  allCases: 3_380,
};

/** @type {FrameworkRun[]} */
export const runs = [
  { name: "express-4", ...overHttp1 },
  { name: "express-5", ...overHttp1 },
  { name: "fastify", ...overHttp1 },
  { name: "fastify-http2", ...overHttp1, speaks: http2, cases: 2_244, allCases: 5_622 },
];

/** The ways that calls of a run take; each must have been taken. @param {FrameworkRun} run */
export function waysOf({ speaks }) {
  const version = speaks === http1 ? "1.1" : "2";
  const names = {
    PROTOCOL_CONNECT: "connect",
    PROTOCOL_GRPC: "grpc",
    PROTOCOL_GRPC_WEB: "grpc-web",
  };
  return speaks.protocols.map((protocol) => `${names[protocol]} over HTTP/${version}`);
}

/** @param {FrameworkRun} run @param {boolean} all */
export function configFor({ speaks }, all) {
  const streams = ["UNARY", "CLIENT_STREAM", "SERVER_STREAM", "HALF_DUPLEX_BIDI_STREAM"];
  if (speaks === http2) streams.push("FULL_DUPLEX_BIDI_STREAM");
  return `features:
  versions: [${speaks.versions.join(", ")}]
  protocols: [${speaks.protocols.join(", ")}]
  codecs: [CODEC_PROTO, CODEC_JSON]
  compressions: [${(all ? whole : usual).map((name) => `COMPRESSION_${name}`).join(", ")}]
  streamTypes: [${streams.map((name) => `STREAM_TYPE_${name}`).join(", ")}]
  supportsH2c: ${speaks === http2}
  supportsTls: true
  supportsTlsClientCerts: true
  supportsTrailers: true
  supportsHalfDuplexBidiOverHttp1: true
  supportsConnectGet: true
  supportsMessageReceiveLimit: true
`;
}
