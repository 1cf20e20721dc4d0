import type { Parts } from "./build.js";
import { buildEnum } from "./build-enum.js";
import { buildExtension } from "./build-extension.js";
import { buildService } from "./build-service.js";
import { defaultValue } from "./default-value.js";
import { typedArray } from "./typed-array.js";

/** The builders of everything a file can have. */
export const allParts: Parts = {
  enums: buildEnum,
  extensions: buildExtension,
  services: buildService,
  defaults: defaultValue,
  typedArrays: typedArray,
};
