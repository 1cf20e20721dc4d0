/**
 * Eight bytes under every type of number: what one is written as and read as another. Used within one expression or two,
 * never across a call of what may use it, too.
 */
export const i32: Int32Array = /*@__PURE__*/ new Int32Array(2);
export const u32: Uint32Array = /*@__PURE__*/ new Uint32Array(/*@__PURE__*/ bufferOf());
export const i64: BigInt64Array = /*@__PURE__*/ new BigInt64Array(/*@__PURE__*/ bufferOf());
export const u64: BigUint64Array = /*@__PURE__*/ new BigUint64Array(/*@__PURE__*/ bufferOf());
export const f64: Float64Array = /*@__PURE__*/ new Float64Array(/*@__PURE__*/ bufferOf());
export const f32: Float32Array = /*@__PURE__*/ new Float32Array(/*@__PURE__*/ bufferOf());

function bufferOf(): ArrayBuffer {
  return i32.buffer as ArrayBuffer;
}
