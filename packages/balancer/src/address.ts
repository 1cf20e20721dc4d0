/** One place that a target's name stands for. What makes it reachable is between the resolver and the dialler. */
export interface Address {
  /** As messages name it, `10.0.0.7:8080` or `unix:/run/greet.sock`; equal names are one address. */
  readonly name: string;
}
