import { override } from "./build.js";
import type { Features } from "./features.js";
import type { Raw } from "./raw.js";
import type { Check } from "./validate.js";

/** The highest and the lowest value of each feature, by its number in `google.protobuf.FeatureSet`. */
const known: readonly (readonly [name: string, low: number, high: number])[] = [
  ["", 0, 0],
  ["field_presence", 1, 3],
  ["enum_type", 1, 2],
  ["repeated_field_encoding", 1, 2],
  ["utf8_validation", 2, 3],
  ["message_encoding", 1, 2],
  ["json_format", 1, 2],
];

/** Features resolved for a declaration; refuses values that no feature has, and features outside of editions. */
export function checkFeatures(
  check: Check,
  inherited: Features,
  options: Raw,
  number: number,
  what: string,
): Features {
  if (!options.has(number)) return inherited;
  if (check.edition < 1000) check.fail(`${what} sets features, which only editions have`);
  const set = options.message(number);
  known.forEach(([name, low, high], feature) => {
    if (feature === 0 || !set.has(feature)) return;
    const value = set.int(feature);
    if (value < low || value > high)
      check.fail(`${what} sets the feature ${name} to ${value}, which it cannot be`);
  });
  return override(inherited, options, number);
}

/** Whether options set a feature themselves. */
export function setsFeature(options: Raw, number: number, feature: number): boolean {
  return options.has(number) && options.message(number).has(feature);
}
