export type { Address } from "./address.js";
export type { BackoffOptions } from "./backoff.js";
export type { Clock } from "./clock.js";
export type {
  Connection,
  ConnectionDescription,
  ConnectionListener,
  Dialer,
  RefusedRequests,
} from "./connection.js";
export { pickFirst } from "./pick-first.js";
export type { Pick, Picker, Policy, PolicyFactory, PolicyHost } from "./policy.js";
export { type Resolver, type ResolverListener, staticResolver } from "./resolver.js";
export type {
  ConnectivityState,
  Subchannel,
  SubchannelDescription,
  SubchannelListener,
} from "./subchannel.js";
export {
  type BalancedTransport,
  type BalancedTransportOptions,
  createBalancedTransport,
  type TransportDescription,
} from "./transport.js";
