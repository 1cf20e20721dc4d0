export { YamlError } from "../errors.js";
export { fromYaml } from "./from-yaml.js";
export type { YamlReadOptions, YamlWriteOptions } from "./options.js";
export { toYaml } from "./to-yaml.js";
