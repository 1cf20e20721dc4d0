/**
 * The options that `bowline/options.proto` declares, for programs that read them:
 * `getOption(field, fieldOptions)?.typedArray`. The file itself is in the folder `proto` of this package.
 */
export {
  FieldOptions,
  FieldOptions$,
  type FieldOptionsInit,
  FieldOptionsView,
  FieldOptionsView$,
  field as fieldOptions,
  file$bowline_options,
} from "./gen/bowline/options.pb.js";
