import { staticNames } from "./hpack-table.js";

/**
 * Each name in one text: comparing that with a name of ours is comparing two addresses. Those that everybody uses are
 * known beforehand, so that no peer's names are in another's way.
 */
const common: ReadonlyMap<string, string> = new Map(
  [
    ...staticNames,
    ...["te", "trailer", "traceparent", "tracestate", "baggage", "x-request-id"],
    ...["grpc-accept-encoding", "grpc-encoding", "grpc-message", "grpc-status"],
    ...["grpc-status-details-bin", "grpc-timeout", "grpc-trace-bin", "x-grpc-web", "x-user-agent"],
    ...["connect-accept-encoding", "connect-content-encoding", "connect-protocol-version"],
    ...["connect-timeout-ms", "x-forwarded-for", "x-forwarded-proto", "origin", "priority"],
  ].map((name) => [name, name]),
);

/** The names that one connection remembers beside the common ones. */
const mostNames = 64;
const longestName = 64;

/** The names that came as literals on one connection. */
export class FieldNames {
  /** Made with the first that is not common. */
  #own: Map<string, string> | undefined;

  /** How many are remembered. */
  get size(): number {
    return this.#own?.size ?? 0;
  }

  /** The one text of a name; past the bounds that of the caller. */
  intern(name: string): string {
    const known = common.get(name) ?? this.#own?.get(name);
    if (known !== undefined) return known;
    if (name.length > longestName) return name;
    this.#own ??= new Map();
    if (this.#own.size >= mostNames) return name;
    // Names of properties are kept in one text each by every engine.
    const [text = name] = Object.keys({ [name]: 0 });
    this.#own.set(text, text);
    return text;
  }
}
