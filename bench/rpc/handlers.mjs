/** What the handlers of all servers do, so that they differ in their library alone. */

const severityError = 4;

/** Reads every record of a log batch, message or view. */
export function summarise(batch) {
  let records = 0;
  let errors = 0;
  let errorCharacters = 0;
  let durationMs = 0;
  for (const record of batch.records) {
    records++;
    durationMs += record.durationMs;
    if (record.severity < severityError) continue;
    errors++;
    errorCharacters += record.message.length;
  }
  return { records, errors, errorCharacters, durationMs };
}

/** Text of a message of a download. */
export const downloadText = "one of a hundred small messages";

/** The download as an async generator, for the libraries that take one. `make` makes a message of its fields. */
export async function* download({ count }, make = (fields) => fields) {
  for (let index = 1; index <= count; index++) yield make({ index, text: downloadText });
}
