import { registerType } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { type BuiltFile, buildFile, type Parts } from "./build.js";
import type { DescFile, DescMessage, Representation } from "./model.js";

/** A generated file's descriptor, built when it is first asked for. */
export interface FileHandle {
  readonly desc: DescFile;
  /** The message type with this position in the file's depth-first order. */
  message(index: number): DescMessage;
  /** Makes a type the one of a descriptor of this file. */
  register(index: number, type: MessageType): void;
}

export function fileHandle(
  base64: string,
  dependencies: () => readonly FileHandle[],
  parts: Parts,
  representation: Representation | undefined,
): FileHandle {
  const types = new Map<number, MessageType>();
  let built: BuiltFile | undefined;
  const build = (): BuiltFile => {
    if (built === undefined) {
      const files = dependencies().map((handle) => handle.desc);
      built = buildFile(fromBase64(base64), files, parts, representation);
      for (const [index, type] of types) registerType(built.all[index]!, type);
    }
    return built;
  };
  return {
    get desc() {
      return build().file;
    },
    message: (index) => build().all[index]!,
    register(index, type) {
      types.set(index, type);
      if (built !== undefined) registerType(built.all[index]!, type);
    },
  };
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
