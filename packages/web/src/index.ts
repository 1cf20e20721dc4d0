export {
  createFetchChannel,
  type FetchChannelOptions,
  type FetchOptions,
} from "./client/channel.js";
export { deflate, gzip } from "./compression.js";
export {
  createFetchHandler,
  type FetchHandler,
  type FetchHandlerOptions,
} from "./server/handler.js";
