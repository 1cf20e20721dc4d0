/**
 * Where we and a peer differ, and mean to. Each has a name, which docs/reference/differences.md explains, the peers and
 * the kinds of disagreement that it accounts for, and the trait of the input or of the schema that must be there. A
 * disagreement that none accounts for is a failure.
 *
 * Kinds: `we-refuse` and `they-refuse` (the other side accepts), `values` (both accept, with different values), `bytes`
 * (both write the same values as different bytes).
 */
import { readFileSync } from "node:fs";

const es = "protobuf-es";
const js = "protobufjs";
const any = ["we-refuse", "they-refuse", "values"];

export const differences = [
  // binary
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
  // schemas
  { name: "object-names", peers: [es], kinds: [...any, "bytes"], traits: ["object-names"] },
  { name: "proto-name", peers: [js], kinds: [...any, "bytes"], traits: ["proto-name"] },
  { name: "oneof-place", peers: [es, js], kinds: ["bytes"], traits: ["split-oneof"] },
];

/** The difference that accounts for a disagreement, `undefined` for none. */
export function accountFor(peer, kind, traits) {
  return differences.find(
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
