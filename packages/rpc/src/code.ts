/** The sixteen codes and the numbers that gRPC gives them. */
const numbers = {
  canceled: 1,
  unknown: 2,
  invalid_argument: 3,
  deadline_exceeded: 4,
  not_found: 5,
  already_exists: 6,
  permission_denied: 7,
  resource_exhausted: 8,
  failed_precondition: 9,
  aborted: 10,
  out_of_range: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  data_loss: 15,
  unauthenticated: 16,
} as const;

/** What went wrong with a call, as the Connect protocol spells it. gRPC's numbers: `RpcError.number(code)`. */
export type Code = keyof typeof numbers;

/** All sixteen codes, in the order of their numbers. */
export const codes: readonly Code[] = Object.keys(numbers) as Code[];

/** Whether a value is the name of a code. */
export function isCode(value: unknown): value is Code {
  return typeof value === "string" && Object.hasOwn(numbers, value);
}

/** The number of a code in gRPC, 1 to 16. */
export function codeNumber(code: Code): number {
  return numbers[code];
}

/** The code with this number, `undefined` for 0 (success) and for numbers that no code has. */
export function codeFromNumber(number: number): Code | undefined {
  return codes[number - 1];
}
