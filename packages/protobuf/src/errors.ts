/** Brands make `instanceof`-free checks work across duplicate installs. */
const decodeBrand = /*@__PURE__*/ Symbol.for("bowline.protobuf.DecodeError");
const encodeBrand = /*@__PURE__*/ Symbol.for("bowline.protobuf.EncodeError");
const jsonBrand = /*@__PURE__*/ Symbol.for("bowline.protobuf.JsonError");
const textBrand = /*@__PURE__*/ Symbol.for("bowline.protobuf.TextError");
const yamlBrand = /*@__PURE__*/ Symbol.for("bowline.protobuf.YamlError");

function branded(value: unknown, brand: symbol): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<symbol, unknown>)[brand] === true
  );
}

// The members of errors are declared, not defined: the constructor assigns all of them at once, in every bundle.

/** Where in a message something is wrong: `records[3].labels["env"]`, `""` for the message itself. */
export type FieldPath = string;

/** Bytes that are not a message of the wanted type, or one past a limit. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  /** Stable: what is wrong, for programs. `BOWLINE_DECODE_LIMIT` is a bound of `DecodeOptions.limits`. */
  declare readonly reason:
    | "BOWLINE_DECODE_MALFORMED"
    | "BOWLINE_DECODE_LIMIT"
    | "BOWLINE_DECODE_REQUIRED";
  /** The type that was decoded. */
  declare readonly typeName: string;
  declare readonly path: FieldPath;
  /** Byte offset in the input. */
  declare readonly offset: number;

  constructor(
    detail: string,
    at: { reason: DecodeError["reason"]; typeName: string; path: FieldPath; offset: number },
    options?: ErrorOptions,
  ) {
    super(
      `cannot decode ${at.typeName}${at.path === "" ? "" : `, field ${at.path}`}, at byte ${at.offset}: ${detail}`,
      options,
    );
    Object.defineProperty(this, decodeBrand, { value: true });
    Object.assign(this, at);
  }

  /** Whether `value` is a `DecodeError`, of this or another copy of the library. */
  static is(value: unknown): value is DecodeError {
    return branded(value, decodeBrand);
  }
}

/** A value that a field cannot hold, found while creating or encoding a message. */
export class EncodeError extends TypeError {
  override readonly name = "EncodeError";
  declare readonly reason:
    | "BOWLINE_ENCODE_VALUE"
    | "BOWLINE_ENCODE_REQUIRED"
    | "BOWLINE_ENCODE_SIZE";
  declare readonly typeName: string;
  declare readonly path: FieldPath;

  constructor(
    detail: string,
    at: { reason: EncodeError["reason"]; typeName: string; path: FieldPath },
    options?: ErrorOptions,
  ) {
    super(`${at.typeName}${at.path === "" ? "" : `, field ${at.path}`}: ${detail}`, options);
    Object.defineProperty(this, encodeBrand, { value: true });
    Object.assign(this, at);
  }

  /** Whether `value` is an `EncodeError`, of this or another copy of the library. */
  static is(value: unknown): value is EncodeError {
    return branded(value, encodeBrand);
  }
}

/** JSON that is not a message of the wanted type, or a message that has no JSON form. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  declare readonly reason:
    | "BOWLINE_JSON_SYNTAX"
    | "BOWLINE_JSON_VALUE"
    | "BOWLINE_JSON_LIMIT"
    | "BOWLINE_JSON_REQUIRED";
  declare readonly typeName: string;
  declare readonly path: FieldPath;
  /** Byte offset in JSON input; −1 where there is no text (JSON values, encoding). */
  declare readonly offset: number;

  constructor(
    detail: string,
    at: { reason: JsonError["reason"]; typeName: string; path: FieldPath; offset: number },
    options?: ErrorOptions,
  ) {
    const where = `${at.path === "" ? "" : `, field ${at.path}`}${at.offset < 0 ? "" : `, at byte ${at.offset}`}`;
    super(`JSON of ${at.typeName}${where}: ${detail}`, options);
    Object.defineProperty(this, jsonBrand, { value: true });
    Object.assign(this, at);
  }

  /** Whether `value` is a `JsonError`, of this or another copy of the library. */
  static is(value: unknown): value is JsonError {
    return branded(value, jsonBrand);
  }
}

/** Where in a text something is wrong. */
interface TextPlace<R extends string> {
  readonly reason: R;
  readonly typeName: string;
  readonly path: FieldPath;
  readonly line: number;
  readonly column: number;
}

function textHead(format: string, at: TextPlace<string>): string {
  return `${format} of ${at.typeName}${at.path === "" ? "" : `, field ${at.path}`}${at.line === 0 ? "" : `, at ${at.line}:${at.column}`}: `;
}

/** Text format that is not a message of the wanted type, or a message that has no text form. */
export class TextError extends Error {
  override readonly name = "TextError";
  declare readonly reason:
    | "BOWLINE_TEXT_SYNTAX"
    | "BOWLINE_TEXT_VALUE"
    | "BOWLINE_TEXT_LIMIT"
    | "BOWLINE_TEXT_REQUIRED";
  declare readonly typeName: string;
  declare readonly path: FieldPath;
  /** Line in the text, the first one is 1; 0 where there is no text (printing). */
  declare readonly line: number;
  /** Column in the line, the first one is 1, counted in UTF-16 units as editors do; 0 where there is no text. */
  declare readonly column: number;

  constructor(detail: string, at: TextPlace<TextError["reason"]>, options?: ErrorOptions) {
    super(textHead("text", at) + detail, options);
    Object.defineProperty(this, textBrand, { value: true });
    Object.assign(this, at);
  }

  /** Whether `value` is a `TextError`, of this or another copy of the library. */
  static is(value: unknown): value is TextError {
    return branded(value, textBrand);
  }
}

/** YAML that is not a message of the wanted type. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  declare readonly reason:
    | "BOWLINE_YAML_SYNTAX"
    | "BOWLINE_YAML_VALUE"
    | "BOWLINE_YAML_LIMIT"
    | "BOWLINE_YAML_REQUIRED";
  declare readonly typeName: string;
  declare readonly path: FieldPath;
  /** Line in the text, the first one is 1. */
  declare readonly line: number;
  /** Column in the line, the first one is 1, counted in UTF-16 units as editors do. */
  declare readonly column: number;

  constructor(detail: string, at: TextPlace<YamlError["reason"]>, options?: ErrorOptions) {
    super(textHead("YAML", at) + detail, options);
    Object.defineProperty(this, yamlBrand, { value: true });
    Object.assign(this, at);
  }

  /** Whether `value` is a `YamlError`, of this or another copy of the library. */
  static is(value: unknown): value is YamlError {
    return branded(value, yamlBrand);
  }
}
