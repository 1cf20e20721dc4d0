/** The numbers' scratch memory by the names that JSON's arithmetic has for it: 64-bit integers as halves, the lower one first. */
export {
  f64 as double,
  i64 as signed,
  u32 as halves,
  u64 as unsigned,
} from "../wire/scratch.js";
