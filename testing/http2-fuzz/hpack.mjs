/**
 * `npm run fuzz:hpack`: our HPACK encoder and decoder against PyPI's hpack, on connections of many header lists, with
 * table sizes that change. Ends with `N passed, N failed`, where each list counts. Exits with 77 without Python.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { HpackDecoder } from "../../packages/http2/dist/hpack-decoder.js";
import { HpackEncoder } from "../../packages/http2/dist/hpack-encoder.js";
import { readArguments } from "../../scripts/driver/arguments.mjs";
import { createRandom } from "../protobuf-fuzz/random.mjs";

const version = "4.1.0";
const packages = fileURLToPath(new URL(`../../.cache/hpack-${version}`, import.meta.url));
const program = fileURLToPath(new URL("hpack-peer.py", import.meta.url));

const { values: options } = readArguments(
  `npm run fuzz:hpack [-- --lists N --seed N]

  --lists N   how many header lists, each both ways; default 5,000
  --seed N    default 7541`,
  { lists: { type: "string" }, seed: { type: "string" } },
);
const lists = Number(options.lists ?? 5_000);
const random = createRandom(Number(options.seed ?? 7_541));
const names = [
  ":path",
  ":status",
  "content-type",
  "cookie",
  "authorization",
  "x-a",
  "x-b",
  "grpc-timeout",
];
const values = ["", "0", "200", "/a.B/C", "application/grpc", "x".repeat(700), "trailers"];

if (!existsSync(packages) && !install()) {
  console.log(`PyPI's hpack ${version} cannot be installed: python3 with pip is needed`);
  process.exit(77);
}
const peer = spawn("python3", [program], {
  env: { ...process.env, PYTHONPATH: packages },
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

const total = { passed: 0, failed: 0 };
let encoder;
let decoder;
for (let i = 0; i < lists && total.failed === 0; i++) {
  if (i % 50 === 0) {
    encoder = new HpackEncoder();
    decoder = new HpackDecoder({ listBytes: 2 ** 30, fieldBytes: 2 ** 30 });
    await ask({ do: "reset" });
  }
  const fields = createFields();
  await compareOurs(i, fields);
  await compareTheirs(i, fields);
}
peer.stdin.end();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** What we encode, they decode. */
async function compareOurs(index, fields) {
  const size = random.once(20) ? { size: random.below(5_000) } : {};
  if (size.size !== undefined) encoder.allow(size.size);
  const buffer = new Uint8Array(HpackEncoder.bound(fields));
  const end = encoder.encode(0, fields, buffer, 0);
  const block = Buffer.from(buffer.subarray(0, end)).toString("hex");
  const answer = await ask({ do: "decode", block, ...size });
  report(index, "our block", answer.fields, fields);
}

/** What they encode, we decode. */
async function compareTheirs(index, fields) {
  const size = random.once(20) ? { size: random.below(4_097) } : {};
  const { block } = await ask({ do: "encode", fields, huffman: !random.once(3), ...size });
  const bytes = Buffer.from(block, "hex");
  report(index, "their block", decoder.decode(bytes, 0, bytes.length), fields);
}

function createFields() {
  const fields = [];
  for (let count = random.below(12); count > 0; count--) {
    fields.push(random.once(5) ? `x-${random.below(400)}` : random.pick(names));
    fields.push(random.once(2) ? random.pick(values) : text());
  }
  return fields;
}

/** Octets that a value may have. */
function text() {
  let found = "";
  for (let length = random.below(60); length > 0; length--)
    found += String.fromCharCode(
      random.once(8) ? 0x80 + random.below(0x80) : 0x21 + random.below(0x5e),
    );
  return found;
}

async function ask(step) {
  peer.stdin.write(`${JSON.stringify(step)}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error(`PyPI's hpack ended on ${JSON.stringify(step).slice(0, 300)}`);
  return JSON.parse(value);
}

function report(index, what, found, fields) {
  if (JSON.stringify(found) === JSON.stringify(fields)) {
    total.passed++;
    return;
  }
  total.failed++;
  console.log(
    `list ${index}, ${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(fields)}`,
  );
}

function install() {
  const args = [
    "-m",
    "pip",
    "install",
    "-q",
    "--no-deps",
    "--target",
    packages,
    `hpack==${version}`,
  ];
  return spawnSync("python3", args, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}
