/** Which cases there are, by the kind of method they call, and which of them a run leaves out. */

/** gRPC's own interoperability cases, but those of ORCA and of authentication. */
export const grpcSuite = [
  "empty_unary",
  "large_unary",
  "client_streaming",
  "server_streaming",
  "ping_pong",
  "empty_stream",
  "timeout_on_sleeping_server",
  "cancel_after_begin",
  "cancel_after_first_response",
  "status_code_and_message",
  "special_status_message",
  "custom_metadata",
  "unimplemented_method",
  "unimplemented_service",
  "rpc_soak",
  "channel_soak",
  "pick_first_unary",
];

const unary = [
  "empty_unary",
  "large_unary",
  "near_limit_unary",
  "over_limit_unary",
  "initial_metadata",
  "binary_metadata",
  "error_details",
  "unary_deadline",
  "unary_cancel",
  "unimplemented_method",
  "unimplemented_service",
  "concurrent_unary",
];
const serverStreaming = [
  "server_streaming",
  "server_streaming_error",
  "server_streaming_deadline",
  "server_streaming_cancel",
  "server_streaming_slow_reader",
];
const clientStreaming = ["client_streaming", "client_streaming_large"];
const bidi = ["ping_pong", "empty_stream", "bidi_error", "bidi_cancel"];

/** What browsers can do. */
export const fetchCases = [...unary, ...serverStreaming];
/** What HTTP/1.1 can do. */
export const http1Cases = [...fetchCases, ...clientStreaming];
/** What HTTP/2 can do. */
export const allCases = [...http1Cases, ...bidi];

/** Streams as long as Go's HTTP/2 needs to open more windows, and to send more frames, than any budget has. */
export const manyCases = [
  "many_small_requests",
  "many_small_responses",
  "many_tiny_requests",
  "many_tiny_responses",
];

/** What a run over compressed messages does; that they are is seen by the bytes that pass. */
export const gzipCases = [
  "large_unary",
  "near_limit_unary",
  "error_details",
  "server_streaming",
  "server_streaming_slow_reader",
  "client_streaming_large",
];

/** What clients ask of our server, with a policy of its own for that. */
export const pingCases = [
  "pings_too_often",
  "pings_permitted",
  "pings_behind_answers",
  "pings_too_often_beside_calls",
  "keepalive_parameters",
];
/** What our client asks of a server with grpc-go's policy, and of one that permits more. */
export const keepaliveCases = ["asked_too_often", "asked_too_often_without_calls", "by_default"];
export const permittedCases = ["as_permitted", "as_permitted_without_calls"];

/** A list without some of its cases. @param {string[]} list @param {string[]} names */
export function without(list, ...names) {
  const stranger = names.find((name) => !list.includes(name));
  if (stranger !== undefined) throw new Error(`${stranger} is not in the list`);
  return list.filter((name) => !names.includes(name));
}
