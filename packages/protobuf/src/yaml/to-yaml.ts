import { Document } from "yaml";
import { toJson } from "../json/to-json.js";
import type { MessageType } from "../message/message-type.js";
import type { ViewType } from "../view/view-type.js";
import type { YamlWriteOptions } from "./options.js";

/**
 * Writes a message, an init literal, a spread copy or a view as YAML 1.2: its ProtoJSON, so that 64-bit integers are strings.
 * Strings that a reader of YAML 1.1 would take for something else (`yes`, `1_000`) are in quotes, too.
 * @throws JsonError with the field path of a value that the field, or JSON, cannot hold.
 */
export function toYaml<T, I>(
  type: MessageType<T, I>,
  message: I,
  options?: YamlWriteOptions,
): string;
export function toYaml<V>(type: ViewType<V>, view: NoInfer<V>, options?: YamlWriteOptions): string;
export function toYaml(
  type: MessageType | ViewType,
  message: unknown,
  options: YamlWriteOptions = {},
): string {
  const { indent = 2, ...json } = options;
  if (!(indent >= 1 && indent <= 10))
    throw new TypeError("options.indent is a number from 1 to 10");
  const document = new Document(toJson(type as MessageType, message, json), {
    schema: "core",
    compat: "yaml-1.1",
    aliasDuplicateObjects: false,
  });
  return document.toString({ indent: Math.floor(indent), lineWidth: 0 });
}
