/**
 * The operations, each by what it does to one item of its input: a `message`,
 * the `wire` bytes or the `json` bytes. An operation that a library's codec has
 * no function for is left out.
 */
export const operations = {
  decode: { input: "wires", body: "codec.decode(item)", needs: ["decode"] },
  encode: { input: "messages", body: "codec.encode(item)", needs: ["encode", "fromPlain"] },
  "touch-all": {
    input: "wires",
    body: "codec.touchAll(codec.decode(item))",
    needs: ["decode", "touchAll"],
  },
  "touch-three": {
    input: "wires",
    body: "codec.touchThree(codec.decode(item))",
    needs: ["decode", "touchThree"],
  },
  "re-encode": {
    input: "wires",
    body: "codec.reencode(codec.decode(item))",
    needs: ["decode", "reencode"],
  },
  "json-encode": { input: "messages", body: "codec.jsonEncode(item)", needs: ["jsonEncode"] },
  "json-decode": { input: "jsons", body: "codec.jsonDecode(item)", needs: ["jsonDecode"] },
};

/** Those of which allocations are counted, too. */
export const allocationOps = ["decode", "encode", "touch-three", "json-encode", "json-decode"];

/** The names of the operations that a codec can do. */
export function operationsOf(codec) {
  const only = codec.only ?? Object.keys(operations);
  return only.filter((name) => operations[name].needs.every((need) => codec[need] !== undefined));
}

/**
 * A loop that does an operation `count` times, in rotation over the items, and
 * stores each result in `sink.value`. Every operation gets a function of its
 * own, so that none shares its inline caches.
 */
export function createLoop(name) {
  return new Function(
    "codec",
    "items",
    "count",
    "sink",
    `for (let i = 0, k = 0; i < count; i++) {
       const item = items[k];
       sink.value = ${operations[name].body};
       if (++k === items.length) k = 0;
     }`,
  );
}
