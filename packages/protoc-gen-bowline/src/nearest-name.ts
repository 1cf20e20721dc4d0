/** The name in `valid` that `given` is most likely a misspelling of; undefined if none is near. */
function nearestName(given: string, valid: readonly string[]): string | undefined {
  // A long text is no misspelling, and the distance is quadratic.
  if (given.length > 64) return undefined;
  const bare = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(bare(given).length / 3)) + 1;
  for (const name of valid) {
    const distance = editDistance(bare(given), bare(name));
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** `" (did you mean …?)"`, or nothing where no valid name is near. */
export function didYouMean(given: string, valid: readonly string[], prefix = ""): string {
  const nearest = nearestName(given, valid);
  return nearest === undefined ? "" : ` (did you mean "${prefix}${nearest}"?)`;
}

/** Edits (insert, delete, replace, swap of neighbours) from one text to the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, rows[i - 2]![j - 2]! + 1);
      }
      row.push(cost);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
