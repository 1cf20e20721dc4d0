import type { DescMessage } from "../descriptor/model.js";
import type { Extension } from "../message/extension.js";
import type { Registry } from "../registry.js";
import { isMessageSetItem } from "./name.js";

/**
 * The extension of a message with a name in text; an item of a MessageSet goes by the name of the message that it holds,
 * too.
 */
export function findExtension(
  registry: Registry | undefined,
  extendee: DescMessage,
  name: string,
): Extension | undefined {
  let extension = registry?.extension(name);
  if (extension === undefined && extendee.messageSet) {
    const item = registry
      ?.message(name)
      ?.desc.extensions.find((field) => field.extendee === extendee && isMessageSetItem(field));
    if (item !== undefined) extension = registry?.extension(item.typeName!);
  }
  return extension?.extendee.typeName === extendee.typeName ? extension : undefined;
}
