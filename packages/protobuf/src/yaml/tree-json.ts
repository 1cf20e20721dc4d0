import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { fail, inside, quoted, tooDeep } from "../json/failure.js";
import { add, type JsonBuilder } from "./json-builder.js";
import { plainScalar } from "./plain-scalar.js";

/** One pass over a tree. */
interface Pass {
  readonly builder: JsonBuilder;
  /** What stood last behind each anchor. */
  readonly anchors: Map<string, Node>;
  /** What aliases stand for, found where they were met first: an anchor may be given away again. */
  readonly targets: Map<Alias, Node>;
  /** Nodes around the one at hand: an alias for one of them would have no end. */
  readonly around: Set<Node>;
  /** Levels of nesting that are left. */
  depth: number;
}

/** Adds a syntax tree as JSON. Its keys are strings as they are written; aliases are replaced by what they stand for. */
export function addTree(builder: JsonBuilder, root: Node, depth: number): void {
  const pass: Pass = { builder, anchors: new Map(), targets: new Map(), around: new Set(), depth };
  addNode(pass, root);
}

function addNode(pass: Pass, node: Node | null | undefined, at = 0): void {
  const { builder } = pass;
  if (node === null || node === undefined) return add(builder, "null", at);
  if (isAlias(node)) return addAlias(pass, node);
  noteAnchor(pass, node);
  checkTag(node);
  const offset = offsetOf(node);
  if (isScalar(node)) return add(builder, scalarJson(node), offset);
  if (--pass.depth < 0) tooDeep(offset);
  pass.around.add(node);
  if (isMap(node)) addMap(pass, node);
  else addSequence(pass, node as YAMLSeq);
  pass.around.delete(node);
  pass.depth++;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function noteAnchor({ builder, anchors }: Pass, node: Node): void {
  const { anchor } = node as { readonly anchor?: string };
  // What is repeated for an alias was noted in its own place.
  if (anchor !== undefined && builder.alias < 0) anchors.set(anchor, node);
}

function addAlias(pass: Pass, alias: Alias): void {
  const { builder, around } = pass;
  const offset = offsetOf(alias);
  const target = resolved(pass, alias);
  if (around.has(target))
    fail(`the alias *${alias.source} stands inside what it stands for`, offset);
  const isOutermost = builder.alias < 0;
  if (isOutermost) builder.alias = offset;
  addNode(pass, target);
  if (isOutermost) builder.alias = -1;
}

function resolved({ anchors, targets }: Pass, alias: Alias): Node {
  let target = targets.get(alias);
  if (target === undefined) {
    target =
      anchors.get(alias.source) ??
      fail(`no anchor &${alias.source} stands in front of its alias`, offsetOf(alias));
    targets.set(alias, target);
  }
  return target;
}

const core = "tag:yaml.org,2002:";

/** Tags of other types than JSON has would be ignored, and the value be taken for another one. */
function checkTag(node: Node): void {
  const { tag } = node;
  if (tag === undefined || tag === "!") return;
  const wanted = isMap(node) ? ["map"] : isSeq(node) ? ["seq"] : kindsOf(node as Scalar);
  if (!wanted.some((kind) => tag === core + kind))
    fail(
      `the tag ${quoted(tag)} does not fit a value that has the form of !!${wanted[0]}`,
      offsetOf(node),
    );
}

/** The tags that a scalar may have. */
function kindsOf(node: Scalar): string[] {
  return isPlain(node) ? [plainScalar(String(node.value), offsetOf(node))[0], "str"] : ["str"];
}

function isPlain({ type }: Scalar): boolean {
  return type === Scalar.PLAIN;
}

function scalarJson(node: Scalar): string {
  const text = String(node.value);
  return isPlain(node) && node.tag !== `${core}str` && node.tag !== "!"
    ? plainScalar(text, offsetOf(node))[1]
    : JSON.stringify(text);
}

function addSequence(pass: Pass, { items, range }: YAMLSeq): void {
  const { builder } = pass;
  let at = range?.[0] ?? 0;
  add(builder, "[", at);
  for (const [i, item] of items.entries()) {
    if (i > 0) add(builder, ",", at);
    const node = item as Node | null;
    if (node !== null) at = offsetOf(node);
    try {
      addNode(pass, node, at);
    } catch (error) {
      inside(error, `[${i}]`);
    }
  }
  add(builder, "]", range?.[1] ?? at);
}

function addMap(pass: Pass, { items, range }: YAMLMap): void {
  const { builder } = pass;
  let at = range?.[0] ?? 0;
  const keys = new Set<string>();
  add(builder, "{", at);
  for (const { key: keyNode, value } of items as Pair<Node | null, Node | null>[]) {
    if (keyNode !== null) at = offsetOf(keyNode);
    const key = keyText(pass, keyNode, at);
    try {
      if (keys.has(key)) fail("the key occurs twice", at);
      keys.add(key);
      add(builder, `${keys.size > 1 ? "," : ""}${JSON.stringify(key)}:`, at);
      addNode(pass, value, at);
    } catch (error) {
      inside(error, /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${quoted(key)}]`);
    }
  }
  add(builder, "}", range?.[1] ?? at);
}

function keyText(pass: Pass, node: Node | null, at: number): string {
  if (node === null) return "";
  const key = isAlias(node) ? resolved(pass, node) : node;
  if (!isScalar(key)) return fail("expected a scalar for a key, got a collection", at);
  if (key === node) noteAnchor(pass, key);
  checkTag(key);
  const text = String(key.value);
  if (text === "<<" && isPlain(key))
    fail('merge keys are not part of YAML 1.2; for a key of that name write "<<" in quotes', at);
  return text;
}
