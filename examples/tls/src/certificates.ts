import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key, as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority, and what it vouches for: a server called localhost and a client called Ada. */
export function makeCertificates(): { ca: string; server: Identity; client: Identity } {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const issue = (name: string, subject: string, extensions: string): Identity => {
    const [key, request, cert] = [path(`${name}.key`), path(`${name}.csr`), path(`${name}.pem`)];
    writeFileSync(path("extensions"), extensions);
    openssl("req", ...newKey, "-keyout", key, "-out", request, "-subj", subject);
    openssl(
      ...[
        "x509",
        "-req",
        "-in",
        request,
        "-out",
        cert,
        "-days",
        "1",
        "-extfile",
        path("extensions"),
      ],
      ...["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial"],
    );
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  };
  try {
    openssl(
      ...["req", "-x509", ...newKey, "-days", "1", "-subj", "/CN=The authority of the example"],
      ...["-keyout", path("ca.key"), "-out", path("ca.pem")],
    );
    return {
      ca: readFileSync(path("ca.pem"), "utf8"),
      server: issue("server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
      client: issue("client", "/CN=Ada/O=Customers", "extendedKeyUsage=clientAuth"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
