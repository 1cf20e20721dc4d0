import type { RequestHead, StreamFailure } from "@bowline/rpc/internal";
import type { Address } from "./address.js";
import type { ConnectivityState, Subchannel, SubchannelListener } from "./subchannel.js";

/**
 * Where a stream goes: to a subchannel that is ready and has room; nowhere yet, until the policy's next picker; or
 * nowhere at all.
 */
export type Pick =
  | { readonly kind: "subchannel"; readonly subchannel: Subchannel }
  | { readonly kind: "wait" }
  | {
      readonly kind: "fail";
      readonly failure: StreamFailure;
      /** Milliseconds until the next attempt to connect. */
      readonly retryInMs: number;
    };

/** Chooses for each stream. Called on every call's way: a picker decides from what it has and allocates little. */
export interface Picker {
  pick(head: RequestHead): Pick;
}

/** What a policy has of its channel. */
export interface PolicyHost {
  createSubchannel(address: Address, listener: SubchannelListener): Subchannel;
  /** The policy's state and its picker from now on; streams that wait are picked for again, inside this call. */
  update(state: ConnectivityState, picker: Picker): void;
}

/** Makes subchannels of addresses and pickers of subchannels. */
export interface Policy {
  /** The addresses from now on. */
  resolved(addresses: readonly Address[]): void;
  close(): void;
}

export type PolicyFactory = (host: PolicyHost) => Policy;
