import type { FileHandle } from "../descriptor/file-handle.js";
import type { DescField, DescMessage } from "../descriptor/model.js";
import type { MessageClass } from "./codec.js";
import { type Extension, holderSymbol } from "./extension.js";
import type { MessageType } from "./message-type.js";

/** Makes the value of a generated extension. */
export function extension<E, V>(
  file: FileHandle,
  typeName: string,
  extendee: MessageType<E>,
  holder: MessageClass<{ value: V }>,
  types?: () => readonly MessageType[],
): Extension<E, V> {
  let desc: DescField | undefined;
  const value: Extension<E, V> & { readonly types: typeof types } = {
    typeName,
    extendee,
    types,
    get desc(): DescField {
      desc ??= find(file, typeName);
      return desc;
    },
    [holderSymbol]: holder,
  };
  return value;
}

function find(file: FileHandle, typeName: string): DescField {
  const scopes: (Pick<DescMessage, "extensions" | "messages"> | DescMessage)[] = [file.desc];
  for (const scope of scopes) {
    const found = scope.extensions.find((candidate) => candidate.typeName === typeName);
    if (found !== undefined) return found;
    scopes.push(...scope.messages);
  }
  throw new Error(`${file.desc.name} declares no extension ${typeName}`);
}
