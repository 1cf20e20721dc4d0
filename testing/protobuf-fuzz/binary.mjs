/** The binary format beside its peers: the same values, the same bytes, the same accept and reject. */
import { getExtension, setExtension } from "@bowline/protobuf";
import { element, neutralElement } from "./bowline.mjs";
import { accountFor } from "./differences.mjs";
import { minimise } from "./minimise.mjs";
import { hex, mapOf, textOf } from "./model.mjs";
import { mutate } from "./mutate.mjs";
import * as es from "./protobuf-es.mjs";
import { Finding } from "./report.mjs";
import { describeModel } from "./subject.mjs";
import { traitsOf } from "./traits.mjs";
import { randomField, randomMessage } from "./values.mjs";

/** Random values go through every library, written by one and read by the other. */
export function compareValues(random, type, tally) {
  const { ours, peers, model, traits } = type;
  const value = randomMessage(random, model, 3);
  const wanted = textOf(value);
  const fail = failure(type, wanted);
  const message = ours.make(value);
  if (textOf(ours.neutral(message, model)) !== wanted) fail("create gives other values", "");
  const bytes = ours.encode(message);
  if (textOf(ours.neutral(ours.decode(bytes), model)) !== wanted)
    fail("what we write reads as something else", hex(bytes));
  checkDeterministic(type, value, fail);
  const dynamic = type.dynamic.make(value);
  const view = type.view.decode(bytes);
  for (const format of ["toJson", "toText"])
    if (ours[format](view) !== ours[format](message))
      fail(`${format} of a view differs`, hex(bytes));
  const sorted = { deterministic: true };
  if (hex(type.view.encode(view, sorted)) !== hex(ours.encode(message, sorted)))
    fail("a view is written otherwise", hex(bytes));
  if (hex(type.dynamic.encode(dynamic)) !== hex(bytes))
    fail("dynamic messages are written otherwise", hex(bytes));
  tally.count("values");
  for (const peer of peers) {
    const said = peerRoundTrip(type, peer, value, bytes, wanted);
    if (said === undefined) continue;
    const difference = accountFor(peer.name, said.kind, traits);
    if (difference === undefined) fail(`${peer.name}: ${said.what}`, hex(bytes));
    tally.accounted(peer.name, difference.name);
  }
  return bytes;
}

/** What differs where a peer makes, writes and reads the value, and reads what we wrote. */
function peerRoundTrip({ ours, model }, peer, value, bytes, wanted) {
  try {
    const theirs = peer.make(value);
    const asTheyOrder = peer.neutral(theirs, model);
    if (textOf(asTheyOrder) !== wanted) return { kind: "values", what: "makes other values" };
    const read = textOf(peer.neutral(peer.decode(bytes), model));
    if (read !== wanted) return { kind: "values", what: `reads our bytes as ${read}` };
    const written = peer.encode(theirs);
    const back = textOf(ours.neutral(ours.decode(written), model));
    if (back !== wanted) return { kind: "values", what: `writes what we read as ${back}` };
    // maps are objects there, in an order of their own
    const same = ours.encode(ours.make(asTheyOrder));
    if (hex(same) !== hex(written))
      return { kind: "bytes", what: `writes ${hex(written)}, we write ${hex(same)}` };
    return undefined;
  } catch (error) {
    return { kind: "they-refuse", what: `fails: ${error.message}` };
  }
}

/** Map entries in another order are the same bytes when written deterministically. */
function checkDeterministic({ ours }, value, fail) {
  const options = { deterministic: true };
  const one = hex(ours.encode(ours.make(value), options));
  const other = hex(ours.encode(ours.make(turned(value)), options));
  if (one !== other) fail("the order of map entries shows in a deterministic encoding", one);
}

/** The same value with the entries of each map the other way round. */
function turned(value) {
  if (value instanceof Uint8Array || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    if (!value.isMap) return value.map(turned);
    return mapOf(value.map(([key, item]) => [key, turned(item)]).reverse());
  }
  const fields = new Map([...value.fields].map(([number, item]) => [number, turned(item)]));
  return { fields, unknown: value.unknown };
}

/** An extension set in one library is the same in the other. */
export function compareExtensions(random, type, tally) {
  for (const extension of type.extensions) {
    const { of } = extension;
    if (type.peers.length === 0) continue;
    if (accountFor("protobuf-es", "values", extension.traits) !== undefined) continue;
    const value = randomField(random, of, 2);
    if (value === undefined) continue;
    const { desc } = extension.ours;
    const ours = type.ours.make({ fields: new Map(), unknown: [] });
    const own = (item) => element(desc, item);
    setExtension(ours, extension.ours, of.cardinality === "list" ? value.map(own) : own(value));
    const bytes = type.ours.type.encode(ours, { allowPartial: true });
    const [peer] = type.peers;
    const theirs = es.es.fromBinary(peer.schema, bytes);
    const read = es.neutralValue(extension.peer, es.es.getExtension(theirs, extension.peer), of);
    const got = getExtension(ours, extension.ours);
    const neutral = (item) => neutralElement(desc, item, of);
    const back = of.cardinality === "list" ? got.map(neutral) : neutral(got);
    const texts = [value, read, back].map((item) =>
      textOf({ fields: new Map([[of.number, item]]), unknown: [] }),
    );
    if (texts.some((text) => text !== texts[0]))
      failure(type, texts.join("\n"))(`extension ${extension.ours.typeName}`, hex(bytes));
    tally.count("extensions");
  }
}

/** Mutated bytes: every library accepts them with the same values, or every one refuses them. */
export function compareBytes(random, type, samples, tally) {
  let bytes = random.pick(samples);
  for (let n = 1 + random.below(3); n > 0; n--) bytes = mutate(random, bytes, random.pick(samples));
  tally.count("mutated bytes");
  const result = disagreement(type, bytes, tally);
  if (result === undefined) return;
  const { key } = result;
  const small = minimise(bytes, (smaller) => disagreement(type, smaller)?.key === key);
  const { what } = disagreement(type, small);
  failure(type, what)(key, hex(small));
}

/** The first thing about some bytes that no difference accounts for. */
function disagreement(type, bytes, tally) {
  const { ours, peers, model } = type;
  const { odd, valid } = traitsOf(model, bytes);
  const traits = new Set([...odd, ...type.traits]);
  const mine = attempt(ours, bytes, model);
  if (mine.fault) return { key: "bowline: an error of another kind", what: mine.error.stack };
  const accepted = mine.text !== undefined;
  if (accepted) tally?.count("accepted");
  if (accepted !== valid && !odd.has("required"))
    return { key: "bowline: not as the specification says", what: `${mine.error ?? mine.text}` };
  if (accepted) {
    const again = rewritten(ours, mine.message, model);
    const lossy = ["wrapper-unknown", "entry-unknown"].some((trait) => odd.has(trait));
    if (again !== mine.text && !lossy)
      return { key: "bowline: comes back otherwise", what: `${mine.text}\n${again}` };
  }
  const dynamic = attempt(type.dynamic, bytes, model);
  if (dynamic.text !== mine.text || dynamic.error?.message !== mine.error?.message) {
    const both = [mine, dynamic].map(({ text, error }) => text ?? error.stack).join("\n");
    return { key: "bowline: dynamic messages differ", what: both };
  }
  const viewed = viewDisagreement(type, bytes, mine);
  if (viewed !== undefined) return viewed;
  for (const peer of peers) {
    const theirs = attempt(peer, bytes, model);
    if (theirs.text === mine.text) continue;
    const kind = !accepted ? "we-refuse" : theirs.text === undefined ? "they-refuse" : "values";
    const difference = accountFor(peer.name, kind, traits);
    if (difference === undefined) {
      const both = [mine, theirs].map(({ text, error }) => text ?? error.message).join("\n");
      return { key: `${peer.name}: ${kind}`, what: `traits: ${[...traits].join(" ")}\n${both}` };
    }
    tally?.accounted(peer.name, difference.name);
  }
  return undefined;
}

/** What a view, checked at once or when it is read, has otherwise than the message. */
function viewDisagreement({ view: viewType, ours, model }, bytes, mine) {
  const differs = (how, was) => ({
    key: `bowline: ${how}`,
    what: `${mine.text ?? mine.error.message}\n${was}`,
  });
  for (const validate of ["eager", "on-access"]) {
    const name = validate === "eager" ? "a validated view" : "a lazy view";
    let view;
    try {
      view = viewType.decode(bytes, { validate });
      if (hex(viewType.encode(view)) !== hex(bytes))
        return differs(`${name} is not written as its own bytes`, hex(viewType.encode(view)));
      const read = textOf(ours.neutral(view, model));
      // a lazy view does not look at a value that a later one takes the place of, and for nothing that is required
      if (mine.text === undefined) {
        if (validate === "eager") return differs(`${name} is accepted`, read);
      } else if (read !== mine.text) return differs(`${name} reads otherwise`, read);
      else {
        const whole = textOf(ours.neutral(view.$toMessage(), model));
        if (whole !== read) return differs(`${name} becomes another message`, whole);
      }
    } catch (error) {
      if (error.name !== "DecodeError") return differs(`${name}: another error`, error.stack);
      if (mine.text !== undefined) return differs(`${name} is refused`, error.stack);
      // what was checked at once is refused at once, and for the same reason
      if (validate === "eager" && (view !== undefined || error.message !== mine.error.message))
        return differs(`${name} is refused otherwise`, error.stack);
    }
  }
  return undefined;
}

function attempt(codec, bytes, model) {
  try {
    const message = codec.decode(bytes);
    return { message, text: textOf(codec.neutral(message, model)) };
  } catch (error) {
    return { error, fault: codec.name === "bowline" && error.name !== "DecodeError" };
  }
}

/** What is read back from what is written of a message that came from bytes. */
function rewritten(ours, message, model) {
  const options = { allowPartial: true };
  const bytes = ours.type.encode(message, options);
  return textOf(ours.neutral(ours.type.decode(bytes, options), model));
}

function failure(type, values) {
  return (what, bytes) => {
    throw new Finding(
      `${type.typeName}: ${what}\nbytes: ${bytes}\n${values}\n${describeModel(type.model)}`,
    );
  };
}
