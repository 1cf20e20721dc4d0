/**
 * Descriptors: what a `.proto` file says, resolved. Feature inheritance (editions) is applied when a
 * descriptor is built, so that readers ask for `presence`, `packed`, `delimited` or `open` and never
 * for a syntax or an edition.
 */

/** The field types of `google.protobuf.FieldDescriptorProto.Type`, by their numbers there. */
export const FieldType = {
  DOUBLE: 1,
  FLOAT: 2,
  INT64: 3,
  UINT64: 4,
  INT32: 5,
  FIXED64: 6,
  FIXED32: 7,
  BOOL: 8,
  STRING: 9,
  GROUP: 10,
  MESSAGE: 11,
  BYTES: 12,
  UINT32: 13,
  ENUM: 14,
  SFIXED32: 15,
  SFIXED64: 16,
  SINT32: 17,
  SINT64: 18,
} as const;
export type FieldType = (typeof FieldType)[keyof typeof FieldType];

/** How a 64-bit integer appears in messages: `bigint` unless `jstype` or a generator option says otherwise. */
export type Int64Representation = "bigint" | "string" | "number";

/**
 * How generated code represents values where there is a choice. Set by the generator's options for a
 * whole file, because a descriptor cannot carry them.
 */
export interface Representation {
  /** For 64-bit integers without `jstype`. Default `bigint`. */
  readonly int64?: Int64Representation;
  /** `bytes`: string fields with `utf8_validation = NONE` are `Uint8Array`. Default: strings, strictly checked. */
  readonly unverifiedStrings?: "string" | "bytes";
  /** `open`: every enum keeps unknown numbers in the field. Default: as the schema says. */
  readonly enums?: "schema" | "open";
  /** Full names of enums that are open whatever the schema says. */
  readonly openEnums?: readonly string[];
}

/** A list of numbers in one piece of memory. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A kind of typed array. */
export interface TypedArrayForm {
  readonly name:
    | "Float64Array"
    | "Float32Array"
    | "Int32Array"
    | "Uint32Array"
    | "BigInt64Array"
    | "BigUint64Array";
  /** Whether a value is of this kind. */
  is(value: unknown): value is TypedArray;
  /** What has been given for a list, as an array if it is iterable. */
  items(value: unknown): unknown;
  /** A new one with these elements, which have to fit. */
  from(values: ArrayLike<unknown> | Iterable<unknown>): TypedArray;
}

/** How a field's messages appear as other values; see `TypeMapping`. Every conversion throws a `TypeError` if it cannot. */
export interface FieldMapping {
  /** The mapping that the generator option names. */
  readonly mapping: object;
  toValue(message: object): unknown;
  /** The message of a value, or a literal for it. */
  toMessage(value: unknown): object;
  /** What is wrong with a value; `deep`: also with its message. */
  problem(value: unknown, deep: boolean): string | undefined;
  /** The message as the log form shows it, whatever the value is. */
  shown(value: unknown): unknown;
  readonly equals: ((a: unknown, b: unknown) => boolean) | undefined;
  readonly clone: ((value: unknown) => unknown) | undefined;
}

/** A `.proto` file. */
export interface DescFile {
  readonly kind: "file";
  /** The path it was compiled under: `greet/v1/greet.proto`. */
  readonly name: string;
  /** The package, `""` if there is none. */
  readonly package: string;
  /** `google.protobuf.Edition`: 998 for proto2, 999 for proto3, 1000 for 2023, 1001 for 2024, 1002 for 2026. */
  readonly edition: number;
  /** Imported files that are known, in the order of the import statements. */
  readonly dependencies: readonly DescFile[];
  /** Top-level declarations in source order. */
  readonly messages: readonly DescMessage[];
  readonly enums: readonly DescEnum[];
  readonly extensions: readonly DescField[];
  readonly services: readonly DescService[];
  readonly deprecated: boolean;
  readonly representation: Representation;
  /** The serialized `google.protobuf.FileDescriptorProto`. Generated code leaves out source information. */
  readonly bytes: Uint8Array;
  /** The serialized `google.protobuf.FileOptions`, `undefined` if there are none. */
  readonly optionBytes: Uint8Array | undefined;
}

/** A message type. Map entries are not listed among messages; see {@link DescField.mapKey}. */
export interface DescMessage {
  readonly kind: "message";
  readonly name: string;
  /** Fully qualified, without a leading dot. */
  readonly typeName: string;
  readonly file: DescFile;
  readonly parent: DescMessage | undefined;
  /** Its position in a depth-first walk over the file's messages, map entries included. */
  readonly index: number;
  /** In source order. */
  readonly fields: readonly DescField[];
  /** Real oneofs only; those that `optional` makes in proto3 are left out. */
  readonly oneofs: readonly DescOneof[];
  /** What a message object has as own keys, in field number order: a field or, in its first member's place, a oneof. */
  readonly members: readonly (DescField | DescOneof)[];
  readonly messages: readonly DescMessage[];
  readonly enums: readonly DescEnum[];
  readonly extensions: readonly DescField[];
  /** Extension ranges, end exclusive. */
  readonly extensionRanges: readonly (readonly [start: number, end: number])[];
  /** Uses the MessageSet wire format. */
  readonly messageSet: boolean;
  readonly mapEntry: boolean;
  /** This message or one reachable from it through message fields has a LEGACY_REQUIRED field. */
  readonly hasRequired: boolean;
  readonly deprecated: boolean;
  readonly optionBytes: Uint8Array | undefined;
  /** The field with this proto name (`user_id`), or `undefined`. */
  fieldByName(name: string): DescField | undefined;
  /** The field whose property in messages is this (`userId`), or `undefined`. */
  fieldByLocalName(name: string): DescField | undefined;
  /** The field with this number, or `undefined`. Extensions are not fields. */
  fieldByNumber(number: number): DescField | undefined;
}

/** A field, or an extension (then `extendee` is set). */
export interface DescField {
  readonly kind: "field";
  /** As written in the schema: `user_id`. A group's field name is its type's name in lower case. */
  readonly name: string;
  /** The property in message objects: `userId`. `$` is appended to names that objects reserve. */
  readonly localName: string;
  /** The key in ProtoJSON; `[full.name]` for extensions. */
  readonly jsonName: string;
  /** Extensions only: fully qualified name. */
  readonly typeName: string | undefined;
  readonly number: number;
  /** The containing message; for an extension, the message it was declared in. */
  readonly parent: DescMessage | undefined;
  readonly file: DescFile;
  /** GROUP never appears: a delimited message is MESSAGE with `delimited`. For maps: MESSAGE. */
  readonly type: FieldType;
  readonly cardinality: "singular" | "list" | "map";
  /** Lists and maps are `implicit`. Members of a oneof and singular messages are `explicit`. */
  readonly presence: "explicit" | "implicit" | "required";
  /** Lists of scalars and enums: elements are written packed. (Both forms are always read.) */
  readonly packed: boolean;
  /** Messages: written between group tags instead of behind a length. */
  readonly delimited: boolean;
  /** Strings: the schema asks for UTF-8 verification (`utf8_validation = VERIFY`). */
  readonly verifyUtf8: boolean;
  /** Message fields: the type, `undefined` for maps and others. */
  readonly message: DescMessage | undefined;
  /** Enum fields: the type. */
  readonly enum: DescEnum | undefined;
  /** Maps: the key's type; keys are string, bool or an integer type. */
  readonly mapKey: DescField | undefined;
  /** Maps: a field that describes the value. */
  readonly mapValue: DescField | undefined;
  /** The real oneof it belongs to. */
  readonly oneof: DescOneof | undefined;
  /** 64-bit integers: their JavaScript type in this field. */
  readonly int64: Int64Representation;
  /**
   * What the property holds where it is not the plain type: `wrapper` (a singular `google.protobuf.*Value`
   * wrapper appears as its value), `struct` (a singular `google.protobuf.Struct` appears as a JSON object),
   * `bytes` (an unverified string as `Uint8Array`).
   */
  readonly unboxed: "wrapper" | "struct" | "bytes" | undefined;
  /**
   * Messages that appear as values of another type, by the generator option `map_type`. `unboxed` is `undefined` then; of
   * a map, see {@link mapValue}.
   */
  readonly mapping: FieldMapping | undefined;
  /** Lists for which the option `(bowline.field).typed_array` asks so: the typed array that they are. */
  readonly typedArray: TypedArrayForm | undefined;
  /** The default declared in the schema (explicit presence only), in the property's type. Enums: the number. */
  readonly default: string | number | bigint | boolean | Uint8Array | undefined;
  readonly deprecated: boolean;
  /** `debug_redact`: log forms hide its value. */
  readonly redact: boolean;
  /** Extensions only: the type that is extended. */
  readonly extendee: DescMessage | undefined;
  readonly optionBytes: Uint8Array | undefined;
}

/** A oneof: `{ case, value } | undefined` under `localName`. */
export interface DescOneof {
  readonly kind: "oneof";
  readonly name: string;
  readonly localName: string;
  readonly parent: DescMessage;
  /** In source order. `case` is a field's `localName`. */
  readonly fields: readonly DescField[];
  readonly optionBytes: Uint8Array | undefined;
}

/** An enum. */
export interface DescEnum {
  readonly kind: "enum";
  readonly name: string;
  readonly typeName: string;
  readonly file: DescFile;
  readonly parent: DescMessage | undefined;
  /** In source order; aliases included. */
  readonly values: readonly DescEnumValue[];
  /** Fields keep numbers that are not declared. Closed enums move them to the unknown fields. */
  readonly open: boolean;
  /** The prefix that all value names share and that generated constants leave out: `STATUS_`, or `""`. */
  readonly prefix: string;
  readonly deprecated: boolean;
  readonly optionBytes: Uint8Array | undefined;
  valueByNumber(number: number): DescEnumValue | undefined;
  /** By name as in the schema. */
  valueByName(name: string): DescEnumValue | undefined;
}

/** A value of an enum. */
export interface DescEnumValue {
  readonly kind: "enumValue";
  /** As in the schema: `STATUS_ACTIVE`. */
  readonly name: string;
  /** The key in generated constants: `ACTIVE`. */
  readonly localName: string;
  /** What ProtoJSON writes: the name, or what `(pb.enumvalue.json).string` says. */
  readonly jsonName: string;
  readonly number: number;
  readonly deprecated: boolean;
  readonly optionBytes: Uint8Array | undefined;
}

/** A service with its methods. */
export interface DescService {
  readonly kind: "service";
  readonly name: string;
  readonly typeName: string;
  readonly file: DescFile;
  readonly methods: readonly DescMethod[];
  readonly deprecated: boolean;
  readonly optionBytes: Uint8Array | undefined;
}

/** A method of a service. */
export interface DescMethod {
  readonly kind: "method";
  readonly name: string;
  /** The name in clients and handlers: `listUsers`; `then` and `constructor` get a `$`. */
  readonly localName: string;
  readonly parent: DescService;
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
  readonly idempotency: "unknown" | "no_side_effects" | "idempotent";
  readonly deprecated: boolean;
  readonly optionBytes: Uint8Array | undefined;
}
