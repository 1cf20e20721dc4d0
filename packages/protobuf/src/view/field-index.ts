/**
 * Where the fields of messages are, as the check of an input finds them: views over the input then need not look again.
 *
 * An entry a message, in the order of the input: where its body begins and ends, how long the entry is with those of the
 * messages in it, and the tag that the message stands behind; then the slots of its views. A slot that stands for a message
 * with an entry, or the first of a list, refers to that entry. Messages with many members have none: most of their fields
 * are absent.
 */

/** What an entry has in front of its slots. */
export const headLength = 4;
/** Entries share memory of so many numbers, unless those of one input need more. */
const blockLength = 16_384;
/** With less left of it, another one is begun with. */
const leastLength = 256;

/** What stands for the slots of a view without an entry: nobody has looked. */
export const noEntry: Int32Array = /*@__PURE__*/ new Int32Array(64).fill(-2);

/** The entries of the check that is under way. */
interface FieldIndex {
  numbers: Int32Array;
  /** Where they begin; places of entries count from here. */
  from: number;
  /** Where the next one begins. */
  at: number;
}

export const fieldIndex: FieldIndex = { numbers: noEntry, from: noEntry.length, at: 0 };

/** Begins with another input. */
export function beginIndex(): void {
  const { numbers, from, at } = fieldIndex;
  fieldIndex.from = from + at;
  fieldIndex.at = 0;
  if (numbers.length - from - at >= leastLength) return;
  fieldIndex.numbers = new Int32Array(blockLength);
  fieldIndex.from = 0;
}

/** Begins the entry of the message at `p`, with `n` slots; returns its place. */
export function openEntry(p: number, n: number, tag: number): number {
  const o = fieldIndex.at;
  const z = o + headLength + n;
  if (fieldIndex.from + z > fieldIndex.numbers.length) moveIndex(z);
  fieldIndex.at = z;
  const { numbers, from } = fieldIndex;
  numbers[from + o] = p;
  numbers[from + o + 3] = tag;
  return o;
}

/** Ends the entry at `o`, of a message that ends at `e`; returns where its slots are in `numbers`. */
export function closeEntry(o: number, e: number): number {
  const { numbers, from, at } = fieldIndex;
  numbers[from + o + 1] = e;
  numbers[from + o + 2] = at - o;
  return from + o + headLength;
}

/** What the slot of a message, or list, says: the entry at `o`, if the message at `p` has one, otherwise `place`. */
export function entrySlot(o: number, p: number, place: number): number {
  const { numbers, from, at } = fieldIndex;
  if (at > o && numbers[from + o] === p) return -4 - o;
  // of messages in one without an entry nobody will find it
  fieldIndex.at = o;
  return place;
}

/** Ends an input. A block of more than the usual size is not gone on with. */
export function endIndex(): void {
  if (fieldIndex.numbers.length > blockLength) {
    fieldIndex.numbers = noEntry;
    fieldIndex.from = noEntry.length;
    fieldIndex.at = 0;
  }
}

/** Makes room for entries of that length. */
function moveIndex(length: number): void {
  const { numbers, from, at } = fieldIndex;
  const moved = new Int32Array(Math.max(blockLength, length * 2));
  moved.set(numbers.subarray(from, from + at));
  fieldIndex.numbers = moved;
  fieldIndex.from = 0;
}
