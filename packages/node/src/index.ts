export { createChannel, type NodeChannelOptions } from "./channel.js";
export { type RpcServer, type ServeOptions, type ServerLimits, serve } from "./serve.js";
