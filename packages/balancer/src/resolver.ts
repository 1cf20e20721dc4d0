import type { StreamFailure } from "@bowline/rpc/internal";
import type { Address } from "./address.js";

/** Takes what a resolver finds, as often as it changes. */
export interface ResolverListener {
  resolved(addresses: readonly Address[]): void;
  /** No addresses could be found. Those that were found before stay in use. */
  failed(failure: StreamFailure): void;
}

/** Finds the addresses of a target and keeps them current. */
export interface Resolver {
  /** Begins; called once. The listener may be called inside this call. */
  start(listener: ResolverListener): void;
  /** A connection was lost or did not come about: the addresses may be stale. A resolver bounds how often it looks. */
  refresh(): void;
  /** Stops; the listener is not called any more. */
  close(): void;
}

/** A resolver whose addresses are known and never change. */
export function staticResolver(addresses: readonly Address[]): Resolver {
  return {
    start: (listener) => listener.resolved(addresses),
    refresh() {},
    close() {},
  };
}
