import { RpcError } from "@bowline/rpc";

/** Whether a host means this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Where a server binds. Without TLS or `plaintext: true` loopback only, because what goes over a network unencrypted is
 * a choice that is written down; with one of them all addresses (`undefined`) unless a host is given.
 * @param open whether one of them is there.
 * @throws RpcError `invalid_argument` for another host without that choice.
 */
export function bindHost(host: string | undefined, open: boolean): string | undefined {
  if (open) return host;
  if (host === undefined) return "127.0.0.1";
  if (isLoopback(host)) return host;
  throw new RpcError(
    "invalid_argument",
    `serving on ${host} without TLS would send everything readable over the network. Say plaintext: true if that is meant (behind a TLS proxy, in a mesh), give it tls: { key, cert }, or leave host out to serve this machine only`,
    { reason: "BOWLINE_PLAINTEXT" },
  );
}
