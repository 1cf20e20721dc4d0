/**
 * Where the fields of messages are, as the check of an input finds them: views that are made before the next input is
 * checked, as most are, need not look again. It is one piece of memory that is used again and again, so that what views
 * hold is never more than without it.
 *
 * An entry a message, in the order of the input: where its body begins and ends, how long the entry is with those of the
 * messages in it, and the tag in front of it; then the slots of its views, each plus one, so that 0 is an absent field. A
 * slot for a message with an entry, or the first of a list, refers to that. Messages with many members have no entry: most
 * of their fields are absent.
 */

/** What an entry has in front of its slots. */
export const headLength = 4;
const firstLength = 4_096;
/** An input whose entries take more has none. */
const mostLength = 65_536;

/** What stands for the slots of a view without an entry: nobody has looked. */
export const noEntry: Int32Array = /*@__PURE__*/ new Int32Array(64).fill(-1);

interface FieldIndex {
  numbers: Int32Array;
  /** Where the next entry begins. */
  at: number;
  /** The entries took more than they may: they mean nothing. */
  isFull: boolean;
  /** Of which input it is: each has the next number. */
  input: number;
}

export const fieldIndex: FieldIndex = { numbers: noEntry, at: 0, isFull: false, input: 0 };

/** Begins with another input. */
export function beginIndex(): void {
  const { numbers, at, isFull } = fieldIndex;
  if (numbers === noEntry) fieldIndex.numbers = new Int32Array(firstLength);
  else numbers.fill(0, 0, isFull ? numbers.length : at);
  fieldIndex.at = 0;
  fieldIndex.isFull = false;
  fieldIndex.input = (fieldIndex.input + 1) & 0x3fffffff;
}

/** Begins the entry of the message at `p`, with `n` slots; returns its place. */
export function openEntry(p: number, n: number, tag: number): number {
  let o = fieldIndex.at;
  if (o + headLength + n > fieldIndex.numbers.length) o = makeRoom(o);
  fieldIndex.at = o + headLength + n;
  const { numbers } = fieldIndex;
  numbers[o] = p;
  numbers[o + 3] = tag;
  return o;
}

/** Ends the entry at `o`, of a message that ends at `e`. */
export function closeEntry(o: number, e: number): void {
  const { numbers, at } = fieldIndex;
  numbers[o + 1] = e;
  numbers[o + 2] = at - o;
}

/** What a slot says of the message at `p`: the entry at `o`, if it has one there, otherwise `place`. */
export function entrySlot(o: number, p: number, place: number): number {
  if (fieldIndex.at > o && fieldIndex.numbers[o] === p) return -3 - o;
  dropEntries(o);
  return place + 1;
}

/** Takes entries back that nobody will find. */
export function dropEntries(o: number): void {
  if (fieldIndex.at <= o) return;
  fieldIndex.numbers.fill(0, o, fieldIndex.at);
  fieldIndex.at = o;
}

/** Where the next entry goes if it does not go to `o`. */
function makeRoom(o: number): number {
  const { numbers } = fieldIndex;
  if (numbers.length < mostLength) {
    fieldIndex.numbers = new Int32Array(numbers.length * 4);
    fieldIndex.numbers.set(numbers);
    return o;
  }
  fieldIndex.isFull = true;
  return 0;
}
