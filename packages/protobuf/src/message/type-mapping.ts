/**
 * How messages of one type appear in the fields of others: as values of another type, such as `Timestamp` as `Date`. The
 * generator option `map_type=pkg.Money:./money.js#moneyMapping` names the export that holds one; wire format, JSON and
 * text stay as they are.
 *
 * Conversions are called while messages are read and written. They may throw: the error that leaves then names the field.
 * They may use the library, and they must not keep the message that they are given.
 */
export interface TypeMapping<Message, Value, Init = Message> {
  /** What values are, for errors: `a Decimal`. */
  readonly description?: string;
  /** The value of a message that was read. Its unknown fields are lost, unless the value keeps them. */
  toValue(message: Message): Value;
  /** The message, or a literal for one, that a value is written as. */
  toMessage(value: Value): Message | Init;
  /** Whether something is a value; what is none is refused when a message is made or written. */
  is(value: unknown): value is Value;
  /** Whether two values are equal. Default: whether their messages are. */
  equals?(a: Value, b: Value): boolean;
  /** A copy that shares nothing with the value; of values that cannot change, they themselves. Default: by the message. */
  clone?(value: Value): Value;
}

/** The values of a mapping: `MappedValue<typeof moneyMapping>`. */
// biome-ignore lint/suspicious/noExplicitAny: inference over all mappings.
export type MappedValue<M> = M extends TypeMapping<any, infer Value, any> ? Value : never;
