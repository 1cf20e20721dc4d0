/**
 * The datasets, as plain values that every library converts to its own
 * messages: camelCase names, `bigint` for 64-bit integers, objects for maps,
 * `{ case, value }` for oneofs, `Uint8Array` for bytes.
 *
 * No field without presence holds its default, so that all libraries write the
 * same bytes; the harness refuses to measure if they do not.
 */
import { createRandom } from "./random.mjs";

const files = [
  "src/server/router.ts",
  "src/store/postgres.ts",
  "src/auth/session.ts",
  "src/billing/invoice.ts",
];
const functions = ["handleRequest", "runQuery", "refreshSession", "createInvoice", "flush"];
const methods = ["GET", "POST", "PUT", "DELETE"];
const routes = ["/v1/users/:id", "/v1/orders", "/v1/invoices/:id/lines", "/healthz", "/v1/search"];
const zones = ["eu-west-1a", "eu-west-1b", "us-east-1c"];
const tags = ["http", "slow", "retry", "billing", "canary", "cache-miss", "tls13", "batch"];
const messages = [
  (r) =>
    `request completed with status ${r.pick([200, 201, 204, 404, 500])} in ${r.int(1, 900)} ms, ${r.int(100, 90_000)} bytes sent to ${r.int(1, 250)}.${r.int(1, 250)}.0.${r.int(1, 250)}, upstream took ${r.int(1, 800)} ms`,
  (r) =>
    `query took longer than expected: ${r.int(100, 5000)} ms, ${r.int(1, 9000)} rows, plan ${r.hex(8)}, lock wait ${r.int(1, 900)} ms, pool ${r.int(1, 64)} of 64 in use`,
  (r) =>
    `session refreshed for user ${r.hex(12)}, ${r.int(1, 9)} devices, expires in ${r.int(1, 3600)} s`,
  (r) =>
    `retrying upstream call, attempt ${r.int(2, 5)} of 5, last error: connection reset by peer after ${r.int(1, 5000)} ms, backing off for ${r.int(1, 900)} ms`,
  (r) =>
    `Zahlung über ${r.int(10, 999)} € für Kundin Zoë bestätigt, Beleg ${r.hex(10)} an die Buchhaltung übergeben`,
];

function logRecord(r, index) {
  const timestampNs =
    1_790_000_000_000_000_000n + BigInt(index) * 1_000_003n + BigInt(r.int(0, 999));
  return {
    timestampNs,
    observedNs: timestampNs + BigInt(r.int(1_000, 9_000_000)),
    severity: r.pick([1, 2, 2, 2, 2, 3, 4, 5]),
    service: r.pick(["orders-api", "billing-worker", "auth"]),
    instance: `orders-api-${r.hex(9)}-${r.hex(5)}`,
    message: r.pick([
      messages[0],
      messages[1],
      messages[2],
      messages[3],
      messages[0],
      messages[1],
      messages[3],
      messages[4],
    ])(r),
    traceId: r.bytes(16),
    labels: {
      "http.method": r.pick(methods),
      "http.status": String(r.pick([200, 201, 204, 404, 500])),
      zone: r.pick(zones),
      "request.id": `${r.hex(8)}-${r.hex(4)}-${r.hex(4)}-${r.hex(4)}-${r.hex(12)}`,
    },
    source: {
      file: r.pick(files),
      line: r.int(1, 900),
      column: r.int(1, 120),
      function: r.pick(functions),
    },
    tags: [r.pick(tags), r.pick(tags), r.pick(tags)],
    threadId: r.int(1, 64),
    delta: r.int(1, 2000) - 2500,
    sequence: BigInt(r.int(1, 2_000_000_000)) * 4096n + BigInt(index + 1),
    sampled: true,
    durationMs: r.double() * 900 + 0.001,
  };
}

function logBatch(r) {
  return {
    records: Array.from({ length: 50 }, (_, i) => logRecord(r, i)),
    tenant: `t-${r.int(1000, 9999)}`,
    sentAt: 1_790_000_000_100_000_000n + BigInt(r.int(0, 1_000_000)),
  };
}

function smallRequest(r) {
  return {
    userId: `user_${r.hex(13)}`,
    region: r.pick(["eu-central-1", "ap-south-east", "us-east-1abc"]).slice(0, 12),
    pageSize: r.int(130, 1000),
    sinceMs: 1_790_000_000_000n + BigInt(r.int(0, 1_000_000)),
    includeDeleted: true,
    order: r.int(1, 3),
  };
}

function varint(r) {
  const roll = r.int(0, 99);
  if (roll < 40) return r.int(0, 127);
  if (roll < 70) return r.int(128, 16_383);
  if (roll < 85) return r.int(16_384, 2_097_151);
  if (roll < 95) return r.int(2_097_152, 268_435_455);
  if (roll < 99) return r.int(268_435_456, 2_147_483_647);
  return -r.int(1, 2_000_000_000);
}

function packedNumbers(r) {
  return {
    samples: Array.from({ length: 1000 }, () => (r.double() - 0.5) * 10 ** r.int(0, 6)),
    counts: Array.from({ length: 1000 }, () => varint(r)),
  };
}

const scalarCycle = [
  "string",
  "int32",
  "int64",
  "uint32",
  "uint64",
  "sint32",
  "sint64",
  "fixed32",
  "fixed64",
  "sfixed32",
  "sfixed64",
  "float",
  "double",
  "bool",
  "bytes",
];
const scalarTypes = [
  ...scalarCycle,
  ...scalarCycle,
  ...scalarCycle.slice(0, 6),
  "bool",
  "double",
  "float",
  "int32",
  "string",
];

function scalar(r, type) {
  switch (type) {
    case "string":
      return `${r.pick(["alpha", "bravo", "charlie"])}-${r.hex(r.int(2, 10))}`;
    case "int32":
    case "sint32":
      return r.bool(0.1) ? -r.int(1, 100_000) : r.int(1, 10 ** r.int(1, 9));
    case "sfixed32":
      return r.int(1, 1_000_000) * r.pick([1, -1]);
    case "uint32":
    case "fixed32":
      return r.int(1, 10 ** r.int(1, 9));
    case "int64":
    case "sint64":
      return r.bool(0.1)
        ? -BigInt(r.int(1, 100_000))
        : BigInt.asIntN(64, r.long() >> BigInt(r.int(4, 56))) | 1n;
    case "sfixed64":
      return BigInt.asIntN(64, r.long()) | 1n;
    case "uint64":
    case "fixed64":
      return (r.long() >> BigInt(r.int(0, 56))) | 1n;
    case "float":
      return Math.fround(r.double() * 1000);
    case "double":
      return r.double() * 1e6;
    case "bool":
      return true;
    default:
      return r.bytes(r.int(4, 20));
  }
}

function optionalScalars(r) {
  return Object.fromEntries(scalarTypes.map((type, i) => [`f${i + 1}`, scalar(r, type)]));
}

function nest(depth, leaf) {
  let message = leaf;
  for (let level = 1; level < depth; level++) message = { child: message };
  return message;
}

const MiB = 1 << 20;

function chunked(r) {
  return { chunks: Array.from({ length: 4096 }, () => r.bytes(1024)) };
}

function money(r) {
  return { currency: "EUR", units: BigInt(r.int(1, 5000)), nanos: r.int(1, 99) * 10_000_000 };
}

function value(r, depth) {
  switch (depth > 0 ? r.int(0, 5) : r.int(0, 3)) {
    case 0:
      return { kind: { case: "text", value: `value ${r.hex(6)}` } };
    case 1:
      return { kind: { case: "integer", value: BigInt(r.int(1, 1_000_000)) } };
    case 2:
      return { kind: { case: "number", value: r.double() * 100 } };
    case 3:
      return { kind: { case: "flag", value: true } };
    default:
      return { kind: { case: "group", value: { entries: properties(r, 3, depth - 1) } } };
  }
}

function properties(r, count, depth) {
  return Array.from({ length: count }, () => ({
    key: r.pick(["screen", "campaign", "experiment", "device", "locale", "cart"]),
    value: value(r, depth),
  }));
}

function analyticsEvent(r) {
  const kind = r.bool()
    ? {
        case: "pageView",
        value: {
          url: `https://shop.example/p/${r.hex(8)}`,
          referrer: "https://search.example/",
          durationMs: r.int(1, 90_000),
        },
      }
    : {
        case: "purchase",
        value: {
          orderId: r.hex(16),
          items: Array.from({ length: 4 }, () => ({
            sku: `SKU-${r.int(1000, 9999)}`,
            quantity: r.int(1, 9),
            price: money(r),
          })),
          total: money(r),
        },
      };
  return {
    eventId: r.hex(32),
    timeMs: 1_790_000_000_000n + BigInt(r.int(0, 1e6)),
    userId: `u${r.int(1e6, 9e6)}`,
    properties: properties(r, 8, 4),
    kind,
  };
}

function googleMessage1(r) {
  const out = { field5: Array.from({ length: 8 }, () => r.long() | 1n) };
  for (const n of [1, 4, 7, 9, 18, 102, 103, 129])
    out[`field${n}`] = `${r.pick(["short", "a somewhat longer string"])} ${r.hex(r.int(2, 24))}`;
  for (const n of [
    2, 3, 6, 16, 22, 23, 25, 60, 67, 68, 100, 101, 104, 128, 130, 131, 150, 271, 272, 280,
  ])
    out[`field${n}`] = r.int(1, 10 ** r.int(1, 8));
  for (const n of [12, 13, 14, 17, 24, 29, 30, 59, 78, 80, 81]) out[`field${n}`] = true;
  const sub = {
    field15: `sub ${r.hex(12)}`,
    field205: r.hex(8),
    field203: r.next() | 1,
    field21: r.long() | 1n,
  };
  sub.field203 = sub.field203 >>> 0;
  for (const n of [1, 2, 3, 16, 19, 22, 204]) sub[`field${n}`] = r.int(1, 10 ** r.int(1, 8));
  for (const n of [13, 14, 207, 300]) sub[`field${n}`] = BigInt(r.int(1, 1e9));
  for (const n of [12, 20, 28, 23, 206]) sub[`field${n}`] = true;
  out.field15 = sub;
  return out;
}

function columnBatch(r) {
  const column = (make) => Array.from({ length: 2000 }, make);
  let id = 1_000_000_000n;
  return {
    table: "trades",
    ids: column(() => (id += BigInt(r.int(1, 50)))),
    prices: column(() => r.double() * 500),
    quantities: column(() => r.int(1, 10 ** r.int(1, 5))),
    deltas: column(() => BigInt(r.int(-5000, 5000))),
    hashes: column(() => r.next()),
    flags: column(() => r.bool()),
  };
}

function packedTile(r) {
  return {
    layer: "roads",
    features: Array.from({ length: 200 }, (_, i) => ({
      id: BigInt(i + 1),
      tags: Array.from({ length: 6 }, () => r.int(0, 60)),
      type: r.int(1, 3),
      geometry: Array.from({ length: r.int(4, 14) }, () => r.int(0, 4000)),
    })),
    keys: Array.from({ length: 20 }, () => `key_${r.hex(5)}`),
  };
}

function triMesh(r) {
  const vertex = () => ({ x: r.double() - 0.5, y: r.double() - 0.5, z: r.double() - 0.5 });
  return {
    name: "mesh",
    triangles: Array.from({ length: 300 }, () => ({ a: vertex(), b: vertex(), c: vertex() })),
  };
}

const shapes = {
  ApiResponse: (r) => ({
    requestId: r.hex(16),
    status: 200,
    message: "the request was accepted",
    cached: true,
    latencyMs: r.double() * 100,
    serverTimeMs: 1_790_000_000_000n + BigInt(r.int(0, 1e6)),
    tags: ["public", "v2", r.hex(6)],
  }),
  LogRecord: (r) => ({
    timestampNs: 1_790_000_000_000_000_000n + BigInt(r.int(0, 1e9)),
    severity: r.pick(["INFO", "WARN", "ERROR"]),
    body: messages[r.int(0, 3)](r),
    traceId: r.hex(32),
    spanId: r.hex(16),
    service: "orders-api",
    labels: {
      "http.method": r.pick(methods),
      "http.route": r.pick(routes),
      zone: r.pick(zones),
      pod: `api-${r.hex(10)}`,
    },
    flags: r.int(1, 3),
  }),
  AnalyticsEvent: analyticsEvent,
  GoogleMessage1: googleMessage1,
  MediaFrame: (r) => ({
    streamId: r.hex(16),
    ptsUs: BigInt(r.int(1, 1e9)),
    width: 1920,
    height: 1080,
    keyFrame: true,
    data: r.bytes(64 * 1024),
  }),
  ColumnBatch: columnBatch,
  PackedTile: packedTile,
  TriMesh: triMesh,
};

function workload(name, group, type, title, variants, make) {
  const values = () => {
    const random = createRandom(0xb0411e + name.charCodeAt(0) * 7919 + name.length);
    return Array.from({ length: variants }, () => make(random));
  };
  return { name, group, type, title, values };
}

/**
 * Every workload. `values()` builds its variants anew; a run rotates through
 * them, so that nothing is measured on one single value. `group` is "core"
 * ((a) to (e)), "depth" or "shapes".
 */
export const workloads = [
  workload("a", "core", "bowline.bench.LogBatch", "log batch, 50 records, 22 KB", 4, logBatch),
  workload("b", "core", "bowline.bench.SmallRequest", "small request, 48 B", 32, smallRequest),
  workload(
    "c",
    "core",
    "bowline.bench.PackedNumbers",
    "1,000 doubles, 1,000 varints",
    2,
    packedNumbers,
  ),
  workload("d", "core", "bowline.bench.Chunk", "1 MiB of bytes", 1, (r) => ({
    uploadId: r.hex(24),
    offset: BigInt(7 * MiB),
    data: r.bytes(MiB),
  })),
  workload("e", "core", "bowline.bench.OptionalScalars", "41 optional scalars", 8, optionalScalars),
  workload("nest1", "depth", "bowline.bench.Nest", "4 MiB under 1 level", 1, (r) =>
    nest(1, { payload: r.bytes(4 * MiB) }),
  ),
  workload("nest100", "depth", "bowline.bench.Nest", "4 MiB under 100 levels", 1, (r) =>
    nest(100, { payload: r.bytes(4 * MiB) }),
  ),
  workload(
    "chunks1",
    "depth",
    "bowline.bench.Nest",
    "4,096 chunks of 1 KiB under 1 level",
    1,
    (r) => nest(1, chunked(r)),
  ),
  workload(
    "chunks100",
    "depth",
    "bowline.bench.Nest",
    "4,096 chunks of 1 KiB under 100 levels",
    1,
    (r) => nest(100, chunked(r)),
  ),
  ...Object.entries(shapes).map(([name, make]) =>
    workload(
      name,
      "shapes",
      `bowline.bench.shapes.${name}`,
      name,
      name === "MediaFrame" || name === "ColumnBatch" ? 1 : 4,
      make,
    ),
  ),
];
