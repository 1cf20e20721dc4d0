/** The soak's controls: what it has to find, it finds, where it is there on purpose. */
import { runNode } from "../../scripts/driver/steps.mjs";

/** What each leak has to be found as. */
const findings = {
  // More by far than the seconds of a control bring about by themselves.
  memory: /the server's memory is not flat: .* growth over the last half \d{2,}\./,
  timer: /something is left open: .*"timers":[1-9]/,
  stream: /something is left open: .*"streams":[1-9]/,
  loss: /calls: call \d+ was acknowledged and not carried out/,
};

/** Soaks for a few seconds with each leak; returns those that it did not find. */
export async function runControls() {
  const troubles = [];
  for (const [leak, finding] of Object.entries(findings)) {
    const args = ["--seconds", "8", "--seed", "1", "--leak", leak];
    const { code, output } = await runNode("testing/soak/run.mjs", args, { accept: [0, 1] });
    const isFound = code === 1 && finding.test(output);
    console.log(`${isFound ? "✓" : "✗"} control: a leak of ${leak} is found`);
    if (!isFound) troubles.push(`a leak of ${leak} was not found\n${output.slice(-2_000)}`);
  }
  return troubles;
}
