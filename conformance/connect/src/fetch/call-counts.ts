/** Adds one to the number of calls over a protocol. */
export function countCall(calls: Record<string, number>, protocol: string): void {
  calls[protocol] = (calls[protocol] ?? 0) + 1;
}
