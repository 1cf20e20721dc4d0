export {
  createMemoryChannel,
  type MemoryChannelOptions,
  type MemoryServerOptions,
} from "./memory/memory-channel.js";
