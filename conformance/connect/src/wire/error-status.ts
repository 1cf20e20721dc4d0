/** Errors between the suite's form and ours. */

import type { AnyInit } from "@bowline/protobuf/wkt";
import { type Code, codes, RpcError, type RpcErrorOptions } from "@bowline/rpc";
import type {
  ErrorInit,
  Error as ErrorStatus,
} from "../gen/connectrpc/conformance/v1/service.pb.js";

const prefix = "type.googleapis.com/";

/** The error that a handler throws, with further details behind those that the suite asks for. */
export function toRpcError(status: ErrorStatus, further: readonly AnyInit[] = []): RpcError {
  const details = [...status.details, ...further].map(({ typeUrl = "", value }) => ({
    typeName: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
    value: value ?? new Uint8Array(0),
  }));
  const options: RpcErrorOptions = { details };
  return new RpcError(codeOf(status.code), status.message ?? "", options);
}

function codeOf(number: number): Code {
  const code = codes.find((each) => RpcError.number(each) === number);
  if (code === undefined) throw new TypeError(`no code has the number ${number}`);
  return code;
}

/** What a client saw of an error. */
export function fromRpcError(error: RpcError): ErrorInit {
  return {
    code: RpcError.number(error.code),
    message: error.rawMessage,
    details: error.rawDetails.map(({ typeName, value }) => ({ typeUrl: prefix + typeName, value })),
  };
}
