export {
  createUnaryClient,
  type UnaryCallOptions,
  type UnaryClient,
  type UnaryClientOptions,
} from "./client/unary-client.js";
