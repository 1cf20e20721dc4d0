/** Eight bytes seen as the halves of a 64-bit number, the lower one first, and as numbers. Whoever uses them fills them first. */
export const halves: Uint32Array = /*@__PURE__*/ new Uint32Array(2);
export const signed: BigInt64Array = /*@__PURE__*/ new BigInt64Array(halves.buffer);
export const unsigned: BigUint64Array = /*@__PURE__*/ new BigUint64Array(halves.buffer);
export const double: Float64Array = /*@__PURE__*/ new Float64Array(halves.buffer);
export const float: Float32Array = /*@__PURE__*/ new Float32Array(halves.buffer);
