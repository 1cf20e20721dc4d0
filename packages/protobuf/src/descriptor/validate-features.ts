import { override } from "./build.js";
import type { Features } from "./features.js";
import type { Raw } from "./raw.js";
import type { Check } from "./validate.js";

/** What can have features. */
export type Target =
  | "file"
  | "message"
  | "field"
  | "oneof"
  | "enum"
  | "value"
  | "service"
  | "method";

/** The lowest and the highest value of each feature, by its number in `FeatureSet`, and what but files can set it. */
const known: readonly (readonly [
  name: string,
  low: number,
  high: number,
  on: readonly Target[],
])[] = [
  ["", 0, 0, []],
  ["field_presence", 1, 3, ["field"]],
  ["enum_type", 1, 2, ["enum"]],
  ["repeated_field_encoding", 1, 2, ["field"]],
  ["utf8_validation", 2, 3, ["field"]],
  ["message_encoding", 1, 2, ["field"]],
  ["json_format", 1, 2, ["message", "enum"]],
];

/** The number that `features` has in the options of each. */
const optionField: Readonly<Record<Target, number>> = {
  file: 50,
  message: 12,
  field: 21,
  oneof: 1,
  enum: 7,
  value: 2,
  service: 34,
  method: 35,
};

/** Features resolved for a declaration; refuses values that no feature has, and features outside of editions. */
export function checkFeatures(
  check: Check,
  inherited: Features,
  options: Raw,
  target: Target,
  what: string,
): Features {
  const number = optionField[target];
  if (!options.has(number)) return inherited;
  if (check.edition < 1000) check.fail(`${what} sets features, which only editions have`);
  const set = options.message(number);
  known.forEach(([name, low, high, on], feature) => {
    if (feature === 0 || !set.has(feature)) return;
    if (target !== "file" && !on.includes(target))
      check.fail(`${what} sets the feature ${name}, which is none of a ${target}`);
    const value = set.int(feature);
    if (value < low || value > high)
      check.fail(`${what} sets the feature ${name} to ${value}, which it cannot be`);
  });
  return override(inherited, options, number);
}

/** Whether a field's options set a feature themselves. */
export function setsFeature(options: Raw, feature: number): boolean {
  return options.has(optionField.field) && options.message(optionField.field).has(feature);
}
