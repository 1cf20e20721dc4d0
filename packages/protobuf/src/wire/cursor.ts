/**
 * The state of the decode that is under way. A decode is synchronous and calls no foreign code, so one object
 * serves all; it is a constant object with small-integer members, which the compiler reads without a check.
 */
export const cursor = {
  /** The position behind what was read last, where a reader cannot return it. */
  p: 0,
  /** The upper 32 bits of a 64-bit read. */
  hi: 0,
  /** Element memory that is left, in bytes. */
  memory: 0,
  /** Unknown fields that are left. */
  unknown: 0,
  keepUnknown: true,
  messageSet: false,
};

/** Thrown inside the codec; the entry point turns it into a DecodeError with the field's path. */
export class Malformed {
  declare readonly detail: string;
  declare readonly offset: number;
  declare readonly limit: boolean;
  /** A byte of the field that is at fault: an empty value, or the end of a message, is no longer in it. */
  declare readonly inside: number;
  constructor(detail: string, offset: number, limit = false, inside: number = offset) {
    this.detail = detail;
    this.offset = offset;
    this.limit = limit;
    this.inside = inside;
  }
}

export function malformed(detail: string, p: number): never {
  throw new Malformed(detail, p);
}

/** The input, or the message that is being read, ends before the value does. */
export function truncated(p: number, inside: number = p - 1): never {
  throw new Malformed("truncated: the value goes past the end of the message", p, false, inside);
}

/** The nesting limit was passed. */
export function tooDeep(p: number): never {
  throw new Malformed("nested deeper than the limit (limits.depth)", p, true, p - 1);
}

/** The budget of element memory was passed. */
export function overBudget(p: number): never {
  throw new Malformed(
    "the decoded value would take more memory than allowed (limits.elementMemoryBytes)",
    p,
    true,
    p - 1,
  );
}
