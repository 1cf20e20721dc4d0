import type { DescFile } from "../descriptor/model.js";
import { SchemaError } from "../descriptor/schema-error.js";

/**
 * The names of a set's files, so that no two things have one: types, enum values (which are names of what their enum
 * stands in), extensions, services and packages. What stands in a message has been compared within it.
 */
export class Symbols {
  readonly #names = new Map<string, { readonly kind: string; readonly file: string }>();

  add(file: DescFile): void {
    const { name: path, package: scope } = file;
    const parts = scope === "" ? [] : scope.split(".");
    for (let i = 1; i <= parts.length; i++)
      this.#claim(parts.slice(0, i).join("."), "package", path);
    const prefix = scope === "" ? "" : `${scope}.`;
    for (const { typeName } of file.messages) this.#claim(typeName, "message", path);
    for (const desc of file.enums) {
      this.#claim(desc.typeName, "enum", path);
      for (const { name } of desc.values) this.#claim(prefix + name, "enum value", path);
    }
    for (const { typeName } of file.extensions) this.#claim(typeName!, "extension", path);
    for (const { typeName } of file.services) this.#claim(typeName, "service", path);
  }

  #claim(name: string, kind: string, file: string): void {
    const held = this.#names.get(name);
    if (held === undefined) this.#names.set(name, { kind, file });
    else if (held.kind !== "package" || kind !== "package")
      throw new SchemaError(
        file,
        `the ${kind} ${name} has the name of the ${held.kind} in ${held.file}`,
      );
  }
}
