import { type Timestamp, Timestamp$ } from "../gen/google/protobuf/timestamp.pb.js";
import type { TypeMapping } from "../message/type-mapping.js";
import { timestampDate } from "./timestamp.js";
import { maxTimestampSeconds, minTimestampSeconds } from "./timestamp-text.js";

const description = "a Date from year 1 to 9999";

function isDate(value: unknown): value is Date {
  if (Object.prototype.toString.call(value) !== "[object Date]") return false;
  const seconds = Math.floor((value as Date).getTime() / 1000);
  return seconds >= minTimestampSeconds && seconds <= maxTimestampSeconds;
}

function toMessage(date: Date): Timestamp {
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  const message = new Timestamp$();
  message.seconds = BigInt(seconds);
  message.nanos = (ms - seconds * 1000) * 1e6;
  return message;
}

const shared = {
  description,
  is: isDate,
  toMessage,
  equals: (a: Date, b: Date): boolean => a.getTime() === b.getTime(),
  clone: (date: Date): Date => new Date(date.getTime()),
};

/**
 * `google.protobuf.Timestamp` as `Date`, generator option `map_type=google.protobuf.Timestamp:Date`: what is finer than
 * a millisecond is cut off, towards the past, and does not come back when the message is written again.
 */
export const timestampAsDate: TypeMapping<Timestamp, Date> = {
  ...shared,
  toValue: timestampDate,
};

/**
 * The same without a loss, `map_type=google.protobuf.Timestamp:ExactDate`: a timestamp that is finer than a millisecond
 * is refused, with an error that names the field.
 */
export const timestampAsExactDate: TypeMapping<Timestamp, Date> = {
  ...shared,
  toValue(timestamp) {
    if (timestamp.nanos % 1e6 !== 0)
      throw new RangeError(`a Date holds whole milliseconds, not ${timestamp.nanos} ns`);
    return timestampDate(timestamp);
  },
};
