import {
  type DescField,
  type DescFile,
  type DescMessage,
  type FieldMapping,
  type Parts,
  SchemaError,
} from "@bowline/protobuf/internal";
import type { PluginOptions, RuleUse } from "./options.js";
import type { TypeMapRule } from "./type-map.js";

/** Marks the fields whose messages are mapped; the code is generated from the rules themselves. */
export function mappingsOf(
  options: PluginOptions,
  rules: RuleUse,
  isGenerated: boolean,
): Parts["mappings"] {
  if (options.typeMaps.length === 0) return undefined;
  return ({ typeName }) => {
    const rule = options.typeMaps.find((candidate) => candidate.typeName === typeName);
    if (rule === undefined) return undefined;
    if (isGenerated) rules.used(rule);
    return { mapping: rule } as unknown as FieldMapping;
  };
}

/**
 * Refuses mapped types with required fields.
 * @throws SchemaError
 */
export function checkMappings(file: DescFile): void {
  const check = (field: DescField): void => {
    const { mapping, message } = field.mapValue ?? field;
    if (mapping === undefined || !message!.hasRequired) return;
    throw new SchemaError(
      file.name,
      `the option ${(mapping.mapping as TypeMapRule).text} cannot be used for ${field.name}: ${message!.typeName} has required fields, and a value cannot say that they are missing`,
    );
  };
  const walk = (message: DescMessage): void => {
    message.fields.forEach(check);
    message.extensions.forEach(check);
    message.messages.forEach(walk);
  };
  file.messages.forEach(walk);
  file.extensions.forEach(check);
}
