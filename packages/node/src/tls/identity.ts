import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { TlsCertificate, TlsIdentity } from "@bowline/rpc/internal";

/** What TLS says of the peer of a connection whose handshake is over. A certificate counts only if it was verified. */
export function tlsIdentity(socket: TLSSocket): TlsIdentity {
  const { servername } = socket as { servername?: string | false | null };
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return {
    version: socket.getProtocol() ?? "",
    serverName: typeof servername === "string" && servername !== "" ? servername : undefined,
    certificate: certificate === undefined ? undefined : describe(certificate),
  };
}

function describe(certificate: X509Certificate): TlsCertificate {
  return {
    // One attribute a line, commas in values escaped.
    subject: certificate.subject.split("\n").join(","),
    subjectAltNames: splitAltNames(certificate.subjectAltName ?? ""),
    fingerprint256: certificate.fingerprint256,
    raw: certificate.raw,
  };
}

/**
 * Takes the list of alternative names apart. Names that hold a separator come quoted, as JSON strings: what stands
 * between the quotes is one name, whatever it says.
 */
export function splitAltNames(text: string): string[] {
  const names: string[] = [];
  const pattern = /([^,:"]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;
  for (const [, kind, value] of text.matchAll(pattern)) {
    const name = value as string;
    names.push(`${kind}:${name.startsWith('"') ? (JSON.parse(name) as string) : name}`);
  }
  return names;
}
