import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from "../descriptor/model.js";
import {
  EnumOptions,
  EnumValueOptions,
  FieldOptions,
  FileOptions,
  MessageOptions,
  MethodOptions,
  OneofOptions,
  ServiceOptions,
} from "../gen/google/protobuf/descriptor.pb.js";
import type { Extension } from "../message/extension.js";
import { type ExtensionValue, getExtension, hasExtension } from "../message/extension-access.js";
import type { MessageType } from "../message/message-type.js";

/** Any descriptor that has options. */
export type DescWithOptions =
  | DescFile
  | DescMessage
  | DescField
  | DescOneof
  | DescEnum
  | DescEnumValue
  | DescService
  | DescMethod;

/** The message of the options of a descriptor: `FieldOptions` for a field. */
export type OptionsOf<D extends DescWithOptions> = {
  file: FileOptions;
  message: MessageOptions;
  field: FieldOptions;
  oneof: OneofOptions;
  enum: EnumOptions;
  enumValue: EnumValueOptions;
  service: ServiceOptions;
  method: MethodOptions;
}[D["kind"]];

function typeFor(kind: DescWithOptions["kind"]): MessageType {
  switch (kind) {
    case "file":
      return FileOptions;
    case "message":
      return MessageOptions;
    case "field":
      return FieldOptions;
    case "oneof":
      return OneofOptions;
    case "enum":
      return EnumOptions;
    case "enumValue":
      return EnumValueOptions;
    case "service":
      return ServiceOptions;
    case "method":
      return MethodOptions;
  }
}

/**
 * The options that the schema gives a file, message, field, oneof, enum, enum value, service or method, custom ones among
 * them as extensions; an empty message if there are none. Every call decodes anew, so the result may be changed.
 */
export function optionsOf<D extends DescWithOptions>(desc: D): OptionsOf<D> {
  const type = typeFor(desc.kind);
  const { optionBytes } = desc;
  return optionBytes === undefined
    ? type.create()
    : type.decode(optionBytes, { allowPartial: true });
}

/**
 * The value of a custom option: `getOption(User.desc.fieldByName("email")!, sensitive)`. Unset options read as unset
 * extensions do, see `getExtension`.
 * @throws TypeError if the option is for another kind of descriptor.
 */
export function getOption<D extends DescWithOptions, V>(
  desc: D,
  option: Extension<OptionsOf<D>, V>,
): ExtensionValue<V> {
  return getExtension(optionsOf(desc), option);
}

/**
 * Whether a custom option is set.
 * @throws TypeError if the option is for another kind of descriptor.
 */
export function hasOption<D extends DescWithOptions>(
  desc: D,
  option: Extension<OptionsOf<D>>,
): boolean {
  return hasExtension(optionsOf(desc), option);
}
