import { FieldType, type Int64Representation, type TypedArrayForm } from "./model.js";
import type { Raw } from "./raw.js";

/** `(bowline.field)` in `google.protobuf.FieldOptions`. */
const optionNumber = 82695;

/** What typed arrays have in common, as far as lists need it. */
type Numbers = ReturnType<TypedArrayForm["from"]>;

interface NumbersConstructor {
  readonly name: string;
  new (length: number): Numbers;
  from(values: Iterable<never>): Numbers;
}

function form(arrayClass: NumbersConstructor): TypedArrayForm {
  const { name } = arrayClass;
  const tag = `[object ${name}]`;
  return {
    name: name as TypedArrayForm["name"],
    is: (value): value is Numbers =>
      ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === tag,
    items: (value) =>
      typeof value === "object" && value !== null && Symbol.iterator in value
        ? [...(value as Iterable<unknown>)]
        : value,
    from: (values) => arrayClass.from(values as Iterable<never>),
  };
}

const double = /*@__PURE__*/ form(Float64Array);
const float = /*@__PURE__*/ form(Float32Array);
const signed = /*@__PURE__*/ form(Int32Array);
const unsigned = /*@__PURE__*/ form(Uint32Array);
const signedWide = /*@__PURE__*/ form(BigInt64Array);
const unsignedWide = /*@__PURE__*/ form(BigUint64Array);

/** By type; enums and bools have no array that would refuse what they cannot hold. */
const forms: Partial<Record<FieldType, TypedArrayForm>> = {
  [FieldType.DOUBLE]: double,
  [FieldType.FLOAT]: float,
  [FieldType.INT32]: signed,
  [FieldType.SINT32]: signed,
  [FieldType.SFIXED32]: signed,
  [FieldType.UINT32]: unsigned,
  [FieldType.FIXED32]: unsigned,
  [FieldType.INT64]: signedWide,
  [FieldType.SINT64]: signedWide,
  [FieldType.SFIXED64]: signedWide,
  [FieldType.UINT64]: unsignedWide,
  [FieldType.FIXED64]: unsignedWide,
};

/** Whether the options of a field ask for a typed array. */
export function wantsTypedArray(options: Raw): boolean {
  return options.message(optionNumber).bool(1);
}

/** The typed array that a list of this type is, if the field's options ask for one and there is one. */
export function typedArray(
  type: FieldType,
  int64: Int64Representation,
  options: Raw,
): TypedArrayForm | undefined {
  if (!wantsTypedArray(options)) return undefined;
  const found = forms[type];
  return found?.name.startsWith("Big") && int64 !== "bigint" ? undefined : found;
}
