/** Whether the machine stores the low byte of a number first, as the wire format does. */
export const littleEndian: boolean = /*@__PURE__*/ (() =>
  new Uint8Array(Uint16Array.of(1).buffer)[0] === 1)();
