/**
 * Resolved features of `google.protobuf.FeatureSet`, by field number: 1 field_presence, 2 enum_type,
 * 3 repeated_field_encoding, 4 utf8_validation, 5 message_encoding, 6 json_format. Index 0 is not used. The other
 * features hold for compilers only.
 */
export type Features = readonly number[];

export const EXPLICIT = 1;
export const IMPLICIT = 2;
export const LEGACY_REQUIRED = 3;
export const OPEN = 1;
export const PACKED = 1;
export const EXPANDED = 2;
export const VERIFY = 2;
export const DELIMITED = 2;
export const JSON_ALLOW = 1;

/** The defaults that protoc 36 gives (`--edition_defaults_out`): an edition has those of the last row at or below it. */
const defaults: readonly (readonly [edition: number, features: Features])[] = [
  [1000, [0, EXPLICIT, OPEN, PACKED, VERIFY, 1, 1]],
  [999, [0, IMPLICIT, OPEN, PACKED, VERIFY, 1, 1]],
  [0, [0, EXPLICIT, 2, EXPANDED, 3, 1, 2]],
];

export const MINIMUM_EDITION = 998;
export const MAXIMUM_EDITION = 1002;

/** The features a file of this edition starts from. */
export function editionDefaults(edition: number, file: string): Features {
  if (edition < MINIMUM_EDITION || edition > MAXIMUM_EDITION) {
    throw new Error(
      `${file}: edition number ${edition} is not supported; this version knows proto2, proto3 and editions 2023, 2024 and 2026 (numbers ${MINIMUM_EDITION} to ${MAXIMUM_EDITION})`,
    );
  }
  return defaults.find(([from]) => edition >= from)![1];
}
