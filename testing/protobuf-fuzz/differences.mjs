/**
 * Where we and a peer differ, and mean to. Each has a name, which docs/reference/differences.md explains, the peers and
 * the kinds of disagreement that it accounts for, and the trait of the input or of the schema that must be there. A
 * disagreement that none accounts for is a failure.
 *
 * Kinds: `we-refuse` and `they-refuse` (the other side accepts), `values` (both accept, with different values), `bytes`
 * and `written` (both write the same values differently).
 */
import { readFileSync } from "node:fs";

const es = "protobuf-es";
const js = "protobufjs";
const any = ["we-refuse", "they-refuse", "values"];

const binary = [
  { name: "tenth-byte", peers: [es, js], kinds: ["we-refuse"], traits: ["tenth-byte"] },
  { name: "long-varint", peers: [es, js], kinds: ["we-refuse"], traits: ["long-varint"] },
  { name: "strict-utf8", peers: [es, js], kinds: ["we-refuse"], traits: ["utf8-unverified"] },
  { name: "wire-types", peers: [es], kinds: any, traits: ["wire-type"] },
  { name: "message-bounds", peers: [es], kinds: any, traits: ["overrun", "wide-length"] },
  { name: "stray-end-group", peers: [es], kinds: ["we-refuse"], traits: ["group-end"] },
  { name: "required-on-decode", peers: [es], kinds: ["we-refuse"], traits: ["required"] },
  {
    name: "required-in-parts",
    peers: [js],
    kinds: ["we-refuse", "they-refuse"],
    traits: ["required"],
  },
  {
    name: "closed-enums",
    peers: [es],
    kinds: ["values"],
    traits: ["undeclared-in-list", "undeclared-in-map"],
  },
  {
    name: "undeclared-numbers",
    peers: [es, js],
    kinds: ["values"],
    traits: ["undeclared", "undeclared-in-list"],
  },
  {
    name: "long-prefixes",
    peers: [js],
    kinds: ["they-refuse"],
    traits: ["long-length", "long-tag"],
  },
  { name: "unboxed-wrappers", peers: [es, js], kinds: ["values"], traits: ["wrapper-unknown"] },
  { name: "wide-key-left-out", peers: [js], kinds: ["values"], traits: ["entry-without-wide-key"] },
  {
    name: "group-in-empty-message",
    peers: [js],
    kinds: ["they-refuse"],
    traits: ["group-in-empty"],
  },
];

const json = [
  { name: "json-required", peers: [es, js], kinds: ["we-refuse"], traits: ["required"] },
  { name: "json-base64", peers: [es, js], kinds: ["we-refuse"], traits: ["base64"] },
  { name: "json-numbers", peers: [es, js], kinds: ["we-refuse"], traits: ["no-number"] },
  { name: "json-underflow", peers: [es, js], kinds: ["we-refuse"], traits: ["underflow"] },
  { name: "json-exponents", peers: [es], kinds: ["they-refuse"], traits: ["exponent-in-quotes"] },
  { name: "json-wide-numbers", peers: [es, js], kinds: any, traits: ["wide-number"] },
  { name: "json-negative-zero", peers: [es, js], kinds: ["values"], traits: ["negative-zero"] },
  { name: "json-field-masks", peers: [es, js], kinds: ["we-refuse"], traits: ["no-path"] },
  { name: "json-surrogates", peers: [es, js], kinds: ["we-refuse"], traits: ["surrogate"] },
  { name: "json-wide-keys", peers: [js], kinds: ["values"], traits: ["eight-digit-key"] },
  { name: "json-timestamps", peers: [es, js], kinds: ["we-refuse"], traits: ["no-timestamp"] },
  { name: "json-durations", peers: [es, js], kinds: ["we-refuse"], traits: ["no-duration"] },
  { name: "json-floats", peers: [es, js], kinds: ["values"], traits: ["no-float32"] },
];

const text = [
  { name: "text-required", peers: [es, js], kinds: ["we-refuse"], traits: ["required"] },
  { name: "text-floats", peers: [js], kinds: ["values"], traits: ["no-float32"] },
  { name: "text-twice", peers: [js], kinds: ["we-refuse"], traits: ["twice"] },
  { name: "text-controls", peers: [js], kinds: ["we-refuse"], traits: ["control"] },
  { name: "text-minus-nan", peers: [es], kinds: ["they-refuse"], traits: ["minus-nan"] },
  {
    name: "text-byte-order-mark",
    peers: [js],
    kinds: ["they-refuse"],
    traits: ["byte-order-mark"],
  },
  { name: "text-group-names", peers: [js], kinds: ["we-refuse"], traits: ["unknown-name"] },
  { name: "text-utf8", peers: [es, js], kinds: ["we-refuse"], traits: ["utf8"] },
  { name: "text-enum-left-out", peers: [js], kinds: ["values"], traits: ["undefined-value"] },
  { name: "text-wide-keys", peers: [js], kinds: ["values"], traits: ["eight-digit-key"] },
  { name: "text-surrogates", peers: [es, js], kinds: ["we-refuse"], traits: ["surrogate"] },
];

/** What is odd about a schema shows in every format. */
const schemas = [
  {
    name: "object-names",
    peers: [es],
    kinds: [...any, "bytes", "written"],
    traits: ["object-names"],
  },
  { name: "proto-name", peers: [js], kinds: [...any, "bytes", "written"], traits: ["proto-name"] },
  { name: "oneof-place", peers: [es, js], kinds: ["bytes"], traits: ["split-oneof"] },
];

const byFormat = { binary, json, text };
const differences = [...binary, ...json, ...text, ...schemas];

/** The difference that accounts for a disagreement in a format, `undefined` for none. */
export function accountFor(peer, kind, traits, format = "binary") {
  return [...byFormat[format], ...schemas].find(
    (one) =>
      one.peers.includes(peer) &&
      one.kinds.includes(kind) &&
      one.traits.some((trait) => traits.has(trait)),
  );
}

/** What of the table and of its page does not match: names that only one of them has. */
export function undocumented(
  page = new URL("../../docs/reference/differences.md", import.meta.url),
) {
  const text = readFileSync(page, "utf8");
  const there = [...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name);
  const here = differences.map(({ name }) => name);
  return [
    ...here.filter((name) => !there.includes(name)),
    ...there.filter((name) => !here.includes(name)),
    ...there.filter((name, i) => there.indexOf(name) !== i),
  ];
}
