/**
 * What decoded values really take of V8's heap, beside what the budget of element memory takes them for: run with
 * `--expose-gc`. Prints a table, real ÷ estimated, one row a kind of value, one column a way to decode; the estimate may
 * be under the real use by no more than the factor that docs/adr/0007 states.
 */
import { fromJsonString, toJsonString } from "@bowline/protobuf/json";
import { createRegistry } from "@bowline/protobuf/reflect";
import { fromText, toText } from "@bowline/protobuf/text";
import { FileDescriptorProto, FileDescriptorSet } from "@bowline/protobuf/wkt";
import { generateFixtures, loadWire } from "./fixtures.mjs";

generateFixtures();
const wire = await loadWire();

/** The factor of docs/adr/0007-what-decoded-values-cost.md. */
const mostTimes = 2;
/** The same for doubles that are not read by generated code: V8 may keep each in an object of its own. */
const mostTimesDoubles = 4;

const varint = (n) => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const tag = (number, wireType) => varint(number * 8 + wireType);
const field = (number, ...body) => [...tag(number, 2), ...varint(body.length), ...body];
const textOf = (i) => [...String(i)].map((c) => c.charCodeAt(0));
const many = (n, byte) => new Array(n).fill(byte);
const unknown = [...tag(99, 0), 1];

/** Units that a message is made of, so many of them. `documents: false`: JSON and text have no unknown fields. */
const kinds = [
  { name: "empty messages in a list", type: wire.Tree, unit: () => field(2) },
  { name: "messages with maps and lists", type: wire.Rooms, unit: () => field(1) },
  { name: "messages in a map", type: wire.Rooms, unit: (i) => field(2, 8, ...varint(i)) },
  {
    name: "lists of one element",
    type: wire.Rooms,
    unit: () => field(1, ...field(7), ...field(8), ...field(9)),
  },
  {
    name: "map entries of numbers",
    type: wire.Maps,
    unit: (i) => field(9, 13, i & 255, (i >> 8) & 255, i >> 16, 0, 16, 2),
  },
  {
    name: "map entries of strings",
    type: wire.Maps,
    unit: (i) => field(12, ...field(1, ...textOf(i)), ...field(2, ...textOf(i))),
  },
  {
    name: "map entries of bigints",
    type: wire.Maps,
    unit: (i) => field(8, 9, i & 255, (i >> 8) & 255, i >> 16, 0, 0, 0, 0, 0, 16, 9),
  },
  {
    name: "map entries of messages",
    type: wire.Maps,
    unit: (i) => field(7, 13, i & 255, (i >> 8) & 255, i >> 16, 0, ...field(2)),
  },
  { name: "numbers, packed", type: wire.Lists, unit: () => field(3, ...many(64, 1)) },
  { name: "numbers, expanded", type: wire.Lists, unit: () => [...tag(23, 0), 1] },
  {
    name: "doubles",
    type: wire.Lists,
    unit: (i) => field(1, i & 255, i >> 8, 0, 0, 0, 0, 0xf0, 0x3f),
  },
  { name: "booleans", type: wire.Lists, unit: () => field(13, ...many(64, 1)) },
  { name: "enums", type: wire.Lists, unit: () => field(16, ...many(64, 1)) },
  { name: "bigints", type: wire.Lists, unit: () => field(4, ...many(64, 1)) },
  { name: "bigints of 64 bits", type: wire.Lists, unit: () => field(6, ...many(9, 255), 1) },
  {
    name: "64-bit numbers as strings",
    type: wire.Lists,
    unit: () => field(17, ...many(9, 255), 1),
  },
  { name: "strings", type: wire.Lists, unit: (i) => field(14, 97, ...textOf(i)) },
  {
    name: "long strings",
    type: wire.Lists,
    unit: (i) => field(14, ...many(200, 97), ...textOf(i)),
  },
  {
    name: "strings that are not Latin",
    type: wire.Lists,
    unit: () => field(14, ...many(40, 0).flatMap(() => [0xe2, 0x82, 0xac])),
  },
  { name: "bytes", type: wire.Lists, unit: () => field(15, 1, 2, 3) },
  {
    name: "oneofs of strings",
    type: wire.Tree,
    unit: (i) => field(2, ...field(5, 97, ...textOf(i))),
  },
  { name: "oneofs of messages", type: wire.Tree, unit: () => field(2, ...field(4)) },
  { name: "groups", type: wire.Tree, unit: () => [...tag(8, 3), ...tag(8, 4)] },
  { name: "wrappers", type: wire.Tree, unit: (i) => field(16, 8, ...varint(i)) },
  {
    name: "Struct entries",
    type: wire.Tree,
    unit: (i) => field(13, ...field(1, ...field(1, ...textOf(i)), ...field(2, ...field(3, 97)))),
  },
  {
    name: "runs of unknown fields",
    type: wire.Tree,
    unit: () => [...unknown, ...tag(9, 0), 1],
    documents: false,
  },
  {
    name: "messages with an unknown field",
    type: wire.Tree,
    unit: () => field(2, ...unknown),
    documents: false,
  },
  {
    name: "undeclared enum numbers",
    type: wire.Closings,
    unit: () => field(2, ...many(64, 9)),
    documents: false,
  },
];

const dynamic = createRegistry(
  FileDescriptorSet.create({
    file: [...wire.Tree.desc.file.dependencies, wire.Tree.desc.file].map(({ bytes }) =>
      FileDescriptorProto.decode(bytes),
    ),
  }),
);

/** The ways to decode: what is read from, and the reading. */
const ways = [
  {
    name: "messages",
    input: (_, bytes) => bytes,
    read: (type, bytes, limits) => type.decode(bytes, { limits }),
  },
  {
    name: "dynamic",
    input: (_, bytes) => bytes,
    read: (type, bytes, limits) => dynamic.message(type.typeName).decode(bytes, { limits }),
  },
  {
    name: "JSON",
    document: true,
    input: (type, bytes) => toJsonString(type, type.decode(bytes)),
    read: (type, json, limits) => fromJsonString(type, json, { limits }),
  },
  {
    name: "text",
    document: true,
    input: (type, bytes) => toText(type, type.decode(bytes)),
    read: (type, text, limits) => fromText(type, text, { limits }),
  },
];

let failed = false;
console.log(
  `  ${"real use of the heap ÷ estimate".padEnd(34)}${ways.map(({ name }) => name.padStart(10)).join("")}`,
);
for (const kind of kinds) {
  const cells = ways.map((way) =>
    way.document && kind.documents === false ? "" : ratio(kind, way),
  );
  const most = kind.name === "doubles" ? mostTimesDoubles : mostTimes;
  for (const cell of cells) if (Number(cell) > most) failed = true;
  console.log(`  ${kind.name.padEnd(34)}${cells.map((cell) => cell.padStart(10)).join("")}`);
}
console.log(`  allowed: ${mostTimes}, doubles ${mostTimesDoubles}`);
process.exitCode = failed ? 1 : 0;

function ratio({ type, unit }, { input, read }) {
  const bytes = [];
  for (let i = 0; bytes.length < 20_000; i++) bytes.push(...unit(i));
  const source = input(type, Uint8Array.from(bytes));
  const estimate = smallest((elementMemoryBytes) =>
    accepts(read, type, source, { elementMemoryBytes }),
  );
  // several at once, so that what else is on the heap does not show
  const times = Math.max(1, Math.ceil(4_000_000 / estimate));
  const before = heap();
  const held = Array.from({ length: times }, () =>
    read(type, source, { elementMemoryBytes: Infinity }),
  );
  const used = (heap() - before) / times;
  if (held.length !== times) throw new Error("not held");
  return (used / estimate).toFixed(2);
}

function accepts(read, type, source, limits) {
  try {
    read(type, source, limits);
    return true;
  } catch (error) {
    if (!error.reason?.endsWith("_LIMIT")) throw error;
    return false;
  }
}

/** The smallest budget that is enough, to a hundredth. */
function smallest(isEnough) {
  let high = 1 << 12;
  while (!isEnough(high)) high *= 2;
  let low = high >> 1;
  while (high - low > high / 100) {
    const middle = (low + high) >> 1;
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function heap() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
