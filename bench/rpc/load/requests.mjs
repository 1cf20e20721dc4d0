/** What is requested, as header fields and a body, and the two fields that change with each call where that is asked for. */

const userAgent = "bowline-bench/1";

const forms = {
  connect: { type: "application/proto", streamType: "application/connect+proto" },
  grpc: { type: "application/grpc+proto", extra: [["te", "trailers"]] },
  "grpc-web": { type: "application/grpc-web+proto", extra: [["x-grpc-web", "1"]] },
};

/** The request of a method over a protocol: `{ path, fields, body }`, fields without the pseudo ones. */
export function createRequest(protocol, path, message, { streaming = false } = {}) {
  const form = forms[protocol];
  const enveloped = protocol !== "connect" || streaming;
  const type = (streaming && form.streamType) || form.type;
  const version = protocol === "connect" ? [["connect-protocol-version", "1"]] : [];
  const fields = [
    ["content-type", type],
    ["user-agent", userAgent],
    ...version,
    ...(form.extra ?? []),
  ];
  return { path, protocol, fields, body: enveloped ? envelope(message) : Buffer.from(message) };
}

/** A message behind flags and length. */
export function envelope(message, flags = 0) {
  const out = Buffer.alloc(5 + message.length);
  out[0] = flags;
  out.writeUInt32BE(message.length, 1);
  out.set(message, 5);
  return out;
}

/** Deadline and trace id of the n-th call: always other values, always as long. */
export function changingFields(protocol, n) {
  const milliseconds = 4000 + (n % 1000);
  const trace = hexadecimal(Math.imul(n, 0x9e3779b1));
  const span = hexadecimal(Math.imul(n, 0x85ebca6b));
  const deadline =
    protocol === "connect"
      ? ["connect-timeout-ms", String(milliseconds)]
      : ["grpc-timeout", `${milliseconds}m`];
  return [deadline, ["traceparent", `00-4bf92f3577b34da6a3ce929d${trace}-00f067aa${span}-01`]];
}

const octets = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** The 32 bits of a number in eight digits. */
function hexadecimal(bits) {
  const [a, b, c, d] = [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255];
  return octets[a] + octets[b] + octets[c] + octets[d];
}
