const schemaBrand = Symbol.for("bowline.protobuf.SchemaError");

const maxDetail = 2000;

/** Descriptors that no compiler of `.proto` files would let through. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  readonly reason = "BOWLINE_SCHEMA_INVALID" as const;
  /** The path of the `.proto` file that is at fault. */
  readonly file: string;

  constructor(file: string, detail: string, options?: ErrorOptions) {
    // names come from the set, whose author may have made them as long as the set
    super(
      `${shown(file)}: ${detail.length > maxDetail ? `${detail.slice(0, maxDetail)}…` : detail}`,
      options,
    );
    Object.defineProperty(this, schemaBrand, { value: true });
    this.file = file;
  }

  /** Whether `value` is a `SchemaError`, of this or another copy of the library. */
  static is(value: unknown): value is SchemaError {
    return (
      typeof value === "object" &&
      value !== null &&
      (value as Record<symbol, unknown>)[schemaBrand] === true
    );
  }
}

/** Text of the schema in an error: quoted where it is no plain name, and never longer than a line. */
export function shown(text: string): string {
  if (/^[\w./-]{1,200}$/.test(text)) return text;
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(
    /[\u007f-\u009f\u2028\u2029\ud800-\udfff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
