import type { Address } from "./address.js";
import type { Pick, Picker, Policy, PolicyHost } from "./policy.js";
import type { Subchannel } from "./subchannel.js";

const wait: Pick = { kind: "wait" };

/**
 * One subchannel for every stream. It connects when the first stream asks, and again when one asks after the connection
 * ended. While an attempt is under way streams wait; during backoff they fail at once with what the attempt failed with.
 */
export function pickFirst(host: PolicyHost): Policy {
  let subchannel: Subchannel | undefined;
  let chosen: Pick = wait;
  const picker: Picker = {
    pick() {
      if (subchannel === undefined) return wait;
      if (subchannel.state === "idle") subchannel.connect();
      return pickOf(subchannel, chosen);
    },
  };
  const changed = () => {
    if (subchannel !== undefined) host.update(subchannel.state, picker);
  };
  return {
    resolved(addresses: readonly Address[]) {
      const first = addresses[0];
      if (first === undefined || first.name === subchannel?.address.name) return;
      subchannel?.close();
      subchannel = host.createSubchannel(first, { changed });
      chosen = { kind: "subchannel", subchannel };
      changed();
    },
    close: () => subchannel?.close(),
  };
}

function pickOf(subchannel: Subchannel, chosen: Pick): Pick {
  const { connection, failure } = subchannel;
  if (connection !== undefined) return connection.hasRoom ? chosen : wait;
  if (failure === undefined) return wait;
  return { kind: "fail", failure, retryInMs: subchannel.remainingBackoffMs };
}
