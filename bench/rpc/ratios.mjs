/** What rounds say: requests a second of the server's processor time or of wall time, beside another's round by round. */
import { median } from "../report.mjs";

/** Requests a second of the server's processor time, round by round. */
export const perCpuSecond = (rounds) =>
  rounds.map(({ requests, cpuMicros }) => requests / (cpuMicros / 1e6));

/** Requests a second, round by round. */
export const perSecond = (rounds) =>
  rounds.map(({ requests, inTime = requests, ms }) => inTime / (ms / 1000));

/** Round by round, how many times as many requests a CPU-second the first answers as the second. */
export const ratiosOf = (rounds, peer) => divide(perCpuSecond(rounds), perCpuSecond(peer));

/** The same in wall time. */
export const wallRatiosOf = (rounds, peer) => divide(perSecond(rounds), perSecond(peer));

/** Both as medians: `{ cpu, wall }`. */
export const compare = (rounds, peer) => ({
  cpu: median(ratiosOf(rounds, peer)),
  wall: median(wallRatiosOf(rounds, peer)),
});

function divide(figures, theirs) {
  return figures.map((figure, round) => figure / theirs[round]);
}
