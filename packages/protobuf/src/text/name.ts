import type { DescField, DescMessage } from "../descriptor/model.js";

/**
 * Whether a field is written by the name of its type, as groups of proto2 are: it is one, or looks like one in an edition.
 */
function isGroupLike(field: DescField): boolean {
  const { message } = field;
  return (
    field.delimited &&
    message !== undefined &&
    field.name === message.name.toLowerCase() &&
    message.file === field.file &&
    message.parent === field.parent
  );
}

/** An item of a MessageSet that is declared in the message that it holds: written by the name of that message. */
export function isMessageSetItem(extension: DescField): boolean {
  return (
    extension.extendee?.messageSet === true &&
    extension.cardinality === "singular" &&
    extension.message !== undefined &&
    extension.message === extension.parent
  );
}

/** What a field is called in text: `user_id`, `MyGroup`, `[pkg.extension]`. */
export function textName(field: DescField): string {
  if (field.typeName !== undefined)
    return `[${isMessageSetItem(field) ? field.message!.typeName : field.typeName}]`;
  return isGroupLike(field) ? field.message!.name : field.name;
}

/** The field of a message with a name in text. Groups are found by the name of their field, too. */
export function fieldByTextName(desc: DescMessage, name: string): DescField | undefined {
  const field = desc.fieldByName(name);
  if (field !== undefined) return field;
  const group = desc.fieldByName(name.toLowerCase());
  return group !== undefined && isGroupLike(group) && group.message!.name === name
    ? group
    : undefined;
}
