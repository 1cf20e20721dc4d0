/** An option that is unknown, misspelt, or given a value it does not take. */
export class OptionError extends Error {
  /** The option as it was written. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.name = "OptionError";
    this.option = option;
  }
}
