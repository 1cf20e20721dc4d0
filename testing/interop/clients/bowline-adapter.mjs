/** Our generated clients, on Node and on fetch alike. */
import { Buffer } from "node:buffer";
import { RpcError } from "@bowline/rpc";
import { ErrorInfo } from "@bowline/rpc/errdetails";

/** @param {Record<string, any>} clients by service @returns {import("./cases.mjs").Adapter} */
export function adapt(clients) {
  const method = (name, service = "TestService") =>
    clients[service][name[0].toLowerCase() + name.slice(1)];
  return {
    async unary(name, request, options, service) {
      const call = method(name, service)(request, sent(options));
      const message = await call;
      const headers = await call.headers;
      const trailers = await call.trailers;
      return {
        message,
        header: (key) => headers.get(key),
        trailer: (key) => trailers.getBinary(key),
      };
    },
    serverStream: (name, request, options) => method(name)(request, sent(options)),
    clientStream: (name, requests, options) => method(name)(requests, sent(options)),
    bidi: (name, requests, options) => method(name)(requests, sent(options)),
    failure,
    close() {},
  };
}

function sent({ headers = {}, ...rest } = {}) {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === "string" ? value : Buffer.from(value).toString("base64"),
  ]);
  return { ...rest, headers: Object.fromEntries(entries) };
}

function failure(error) {
  if (!RpcError.is(error)) throw error;
  const details = error.details(ErrorInfo).map(({ reason, domain, metadata }) => ({
    reason,
    domain,
    metadata: Object.fromEntries(metadata),
  }));
  return { code: RpcError.number(error.code), text: error.rawMessage, details };
}
