export { type QueryKey, type QueryKeyOptions, queryKey } from "./key.js";
export {
  createQueries,
  type MutationOptions,
  type PageOptions,
  type Paging,
  type Queries,
  type QueriesOptions,
  type QueryContext,
  type QueryOptions,
  type StreamQueries,
  type UnaryQueries,
} from "./queries.js";
