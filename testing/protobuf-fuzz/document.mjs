/** Formats of text (JSON, the text format) beside the peers': what is written, and what mutated documents read as. */
import { accountFor } from "./differences.mjs";
import { minimise } from "./minimise.mjs";
import { textOf } from "./model.mjs";
import { Finding } from "./report.mjs";
import { describeModel } from "./subject.mjs";
import { randomMessage } from "./values.mjs";

/** The errors of ours that say what is wrong with an input. */
const promised = new Set(["JsonError", "TextError"]);

/**
 * Compares a format over one type. `format` has its `name`, how it is written and read by a codec (`write`, `read`),
 * `mutate`, `traits` of a document, the `traitOf` an error of ours, and, where writers are free to differ, `form`: what
 * of a document has to be the same.
 */
export function compareFormat(random, type, tally, format) {
  const samples = [];
  for (let n = 0; n < 8; n++) samples.push(compareWritten(random, type, tally, format));
  const names = namesOf(type.model);
  for (let n = 0; n < 100; n++) {
    let text = random.pick(samples);
    for (let k = random.below(2); k >= 0; k--)
      text = format.mutate(random, text, names, random.pick(samples));
    tally.count(`mutated ${format.name}`);
    const result = disagreement(type, text, format, tally);
    if (result === undefined) continue;
    const small = minimise(text, (less) => disagreement(type, less, format)?.key === result.key);
    fail(type, result.key, small, disagreement(type, small, format).what);
  }
}

/** Names of fields, `[proto, JSON]` each, and of values of enums, at the top and one level below. */
export function namesOf(model) {
  const inner = model.fields.flatMap(
    ({ message, value }) => (message ?? value?.message)?.fields ?? [],
  );
  return [...model.fields, ...inner].flatMap((field) => [
    [field.name, field.jsonName],
    ...((field.enum ?? field.value?.enum)?.values.map(({ name }) => name) ?? []),
  ]);
}

function fail(type, what, text, more) {
  throw new Finding(
    `${type.typeName}: ${what}\n${JSON.stringify(text)}\n${more}\n${describeModel(type.model)}`,
  );
}

/** A random message is written to what the peers write, and read by them as what it is. */
function compareWritten(random, type, tally, format) {
  const { ours, dynamic, peers, model } = type;
  const value = randomMessage(random, model, 3);
  const wanted = textOf(value);
  const written = format.write(ours, ours.make(value));
  const back = textOf(ours.neutral(format.read(ours, written), model));
  if (back !== wanted)
    fail(type, `${format.name} of ours reads as something else`, written, `${wanted}\n${back}`);
  if (format.write(dynamic, dynamic.make(value)) !== written)
    fail(type, `${format.name} of dynamic messages differs`, written, wanted);
  tally.count(`${format.name} written`);
  for (const peer of peers) {
    const said = peerWritten(type, peer, value, written, format);
    if (said === undefined) continue;
    const traits = new Set([...type.traits, ...format.traits(written)]);
    const difference = accountFor(peer.name, said.kind, traits, format.name);
    if (difference === undefined) fail(type, `${peer.name}: ${said.what}`, written, wanted);
    tally.accounted(peer.name, difference.name);
  }
  return written;
}

function peerWritten({ model }, peer, value, written, format) {
  const wanted = textOf(value);
  try {
    const read = textOf(peer.neutral(format.read(peer, written), model));
    if (read !== wanted) return { kind: "values", what: `reads ours as ${read}` };
    const theirs = format.write(peer, peer.make(value));
    if (format.form(theirs) !== format.form(written))
      return { kind: "written", what: `writes ${theirs}` };
    return undefined;
  } catch (error) {
    return { kind: "they-refuse", what: `fails: ${error.message}` };
  }
}

function disagreement(type, text, format, tally) {
  const { ours, peers, model } = type;
  const mine = attempt(ours, text, model, format);
  if (mine.error !== undefined && !promised.has(mine.error.name))
    return { key: "bowline: an error of another kind", what: mine.error.stack };
  const accepted = mine.text !== undefined;
  if (accepted) tally?.count(`accepted ${format.name}`);
  const dynamic = attempt(type.dynamic, text, model, format);
  if (dynamic.text !== mine.text || dynamic.error?.message !== mine.error?.message) {
    const both = [mine, dynamic].map((one) => one.text ?? one.error.stack).join("\n");
    return { key: "bowline: dynamic messages differ", what: both };
  }
  const traits = new Set([...type.traits, ...format.traits(text)]);
  if (!accepted) traits.add(format.traitOf(mine.error));
  for (const peer of peers) {
    const theirs = attempt(peer, text, model, format);
    if (theirs.text === mine.text) continue;
    if (theirs.text?.includes("=>undefined")) traits.add("undefined-value");
    const kind = !accepted ? "we-refuse" : theirs.text === undefined ? "they-refuse" : "values";
    const difference = accountFor(peer.name, kind, traits, format.name);
    if (difference === undefined) {
      const both = [mine, theirs].map((one) => one.text ?? one.error.message).join("\n");
      return { key: `${peer.name}: ${kind}`, what: `traits: ${[...traits].join(" ")}\n${both}` };
    }
    tally?.accounted(peer.name, difference.name);
  }
  return undefined;
}

function attempt(codec, text, model, format) {
  try {
    return { text: textOf(codec.neutral(format.read(codec, text), model)) };
  } catch (error) {
    return { error };
  }
}
