import { registerType } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { type BuiltFile, buildFile, type Parts } from "./build.js";
import type { DescFile, DescMessage, Representation } from "./model.js";

/** A generated file's descriptor, built when it is first asked for. */
export class FileHandle {
  readonly #base64: string;
  readonly #dependencies: () => readonly FileHandle[];
  readonly #parts: Parts;
  readonly #representation: Representation | undefined;
  readonly #types = new Map<number, MessageType>();
  #built: BuiltFile | undefined;

  constructor(
    base64: string,
    dependencies: () => readonly FileHandle[],
    parts: Parts,
    representation: Representation | undefined,
  ) {
    this.#base64 = base64;
    this.#dependencies = dependencies;
    this.#parts = parts;
    this.#representation = representation;
  }

  get desc(): DescFile {
    return this.#build().file;
  }

  /** The message type with this position in the file's depth-first order. */
  message(index: number): DescMessage {
    return this.#build().all[index]!;
  }

  /** Makes a type the one of a descriptor of this file. */
  register(index: number, type: MessageType): void {
    this.#types.set(index, type);
    if (this.#built !== undefined) registerType(this.#built.all[index]!, type);
  }

  #build(): BuiltFile {
    if (this.#built === undefined) {
      const dependencies = this.#dependencies().map((handle) => handle.desc);
      this.#built = buildFile(
        fromBase64(this.#base64),
        dependencies,
        this.#parts,
        this.#representation,
      );
      for (const [index, type] of this.#types) registerType(this.#built.all[index]!, type);
    }
    return this.#built;
  }
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
