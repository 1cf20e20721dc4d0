/** What one exchange looks like, from a random generator: both ends know it, and compare what they get with it. */

// None that Node wants to see once only.
const names = ["x-a", "x-b", "x-trace", "accept", "grpc-timeout", "x-long-name-of-a-field"];
const values = [
  "",
  "1",
  "trailers and more",
  "application/grpc",
  "x".repeat(300),
  "a, b",
  "ü",
  "~!@#$%^&*()",
];
const sizes = [0, 0, 1, 4, 5, 20, 100, 1_000, 9_000, 16_384, 16_385, 40_000, 200_000];

/** @typedef {ReturnType<typeof createPlan>} Plan */

export function createPlan(random, index, largest) {
  return {
    index,
    path: `/p/${index}${random.once(3) ? `?q=${random.below(6)}` : ""}`,
    method: random.pick(["POST", "POST", "POST", "GET", "PUT"]),
    request: createMessage(random, largest, 5),
    response: {
      status: random.pick([200, 200, 200, 404, 500]),
      ...createMessage(random, largest, 2),
    },
    /** Who gives the exchange up, and behind how many pieces of its own message. */
    resets: random.once(10) ? random.pick(["client", "server"]) : undefined,
    resetBehind: random.below(4),
    /** The server answers on the headers alone. */
    isEarly: random.once(10),
  };
}

function createMessage(random, largest, trailersOnceIn) {
  const pieces = Array.from({ length: random.below(5) }, () => random.pick(sizes));
  return {
    fields: createFields(random, random.below(9)),
    pieces: pieces.map((size) => Buffer.alloc(Math.min(size, largest), random.below(256))),
    trailers: random.once(trailersOnceIn) ? createFields(random, 1 + random.below(3)) : [],
  };
}

function createFields(random, count) {
  const fields = [];
  for (let i = 0; i < count; i++) {
    const name = !random.once(5) ? random.pick(names) : `x-${random.below(1_000)}`;
    const value = !random.once(3) ? random.pick(values) : String(random.below(2 ** 31));
    fields.push(name, value);
  }
  return fields;
}

/** The body as a whole. */
export function bodyOf({ pieces }) {
  return Buffer.concat(pieces);
}

/** Fields by name, without those that the libraries add. */
export function byName(fields) {
  const found = {};
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i];
    if (name.startsWith(":") || ["host", "date", "content-length"].includes(name)) continue;
    found[name] ??= [];
    found[name].push(fields[i + 1]);
  }
  return JSON.stringify(Object.fromEntries(Object.entries(found).sort()));
}
