/**
 * Short ASCII strings. A call of `String.fromCharCode` with a fixed number of arguments is compiled to a store a
 * character, cheaper than a native slice up to 28 bytes; hence one function for each length.
 */

const text = String.fromCharCode;

/** The string of the `n` bytes at `p`, 1 ≤ n ≤ 28, or `undefined` if one of them is not ASCII. */
export function ascii(b: Uint8Array, p: number, n: number): string | undefined {
  switch (n) {
    case 1:
      return ascii1(b, p);
    case 2:
      return ascii2(b, p);
    case 3:
      return ascii3(b, p);
    case 4:
      return ascii4(b, p);
    case 5:
      return ascii5(b, p);
    case 6:
      return ascii6(b, p);
    case 7:
      return ascii7(b, p);
    case 8:
      return ascii8(b, p);
    case 9:
      return ascii9(b, p);
    case 10:
      return ascii10(b, p);
    case 11:
      return ascii11(b, p);
    case 12:
      return ascii12(b, p);
    case 13:
      return ascii13(b, p);
    case 14:
      return ascii14(b, p);
    case 15:
      return ascii15(b, p);
    case 16:
      return ascii16(b, p);
    case 17:
      return ascii17(b, p);
    case 18:
      return ascii18(b, p);
    case 19:
      return ascii19(b, p);
    case 20:
      return ascii20(b, p);
    case 21:
      return ascii21(b, p);
    case 22:
      return ascii22(b, p);
    case 23:
      return ascii23(b, p);
    case 24:
      return ascii24(b, p);
    case 25:
      return ascii25(b, p);
    case 26:
      return ascii26(b, p);
    case 27:
      return ascii27(b, p);
    default:
      return ascii28(b, p);
  }
}

function ascii1(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  return c0 > 127 ? undefined : text(c0);
}

function ascii2(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  return (c0 | c1) > 127 ? undefined : text(c0, c1);
}

function ascii3(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  return (c0 | c1 | c2) > 127 ? undefined : text(c0, c1, c2);
}

function ascii4(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  return (c0 | c1 | c2 | c3) > 127 ? undefined : text(c0, c1, c2, c3);
}

function ascii5(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  return (c0 | c1 | c2 | c3 | c4) > 127 ? undefined : text(c0, c1, c2, c3, c4);
}

function ascii6(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  return (c0 | c1 | c2 | c3 | c4 | c5) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5);
}

function ascii7(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6);
}

function ascii8(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7);
}

function ascii9(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8);
}

function ascii10(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
}

function ascii11(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10);
}

function ascii12(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11);
}

function ascii13(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12);
}

function ascii14(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13);
}

function ascii15(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14);
}

function ascii16(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15);
}

function ascii17(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16);
}

function ascii18(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17);
}

function ascii19(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18);
}

function ascii20(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19);
}

function ascii21(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20);
}

function ascii22(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  const c21 = b[p + 21]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21);
}

function ascii23(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  const c21 = b[p + 21]!;
  const c22 = b[p + 22]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22);
}

function ascii24(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  const c21 = b[p + 21]!;
  const c22 = b[p + 22]!;
  const c23 = b[p + 23]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22 | c23) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23);
}

function ascii25(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  const c21 = b[p + 21]!;
  const c22 = b[p + 22]!;
  const c23 = b[p + 23]!;
  const c24 = b[p + 24]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22 | c23 | c24) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, c24);
}

function ascii26(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  const c21 = b[p + 21]!;
  const c22 = b[p + 22]!;
  const c23 = b[p + 23]!;
  const c24 = b[p + 24]!;
  const c25 = b[p + 25]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22 | c23 | c24 | c25) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c25);
}

function ascii27(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  const c21 = b[p + 21]!;
  const c22 = b[p + 22]!;
  const c23 = b[p + 23]!;
  const c24 = b[p + 24]!;
  const c25 = b[p + 25]!;
  const c26 = b[p + 26]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22 | c23 | c24 | c25 | c26) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c25, c26);
}

function ascii28(b: Uint8Array, p: number): string | undefined {
  const c0 = b[p]!;
  const c1 = b[p + 1]!;
  const c2 = b[p + 2]!;
  const c3 = b[p + 3]!;
  const c4 = b[p + 4]!;
  const c5 = b[p + 5]!;
  const c6 = b[p + 6]!;
  const c7 = b[p + 7]!;
  const c8 = b[p + 8]!;
  const c9 = b[p + 9]!;
  const c10 = b[p + 10]!;
  const c11 = b[p + 11]!;
  const c12 = b[p + 12]!;
  const c13 = b[p + 13]!;
  const c14 = b[p + 14]!;
  const c15 = b[p + 15]!;
  const c16 = b[p + 16]!;
  const c17 = b[p + 17]!;
  const c18 = b[p + 18]!;
  const c19 = b[p + 19]!;
  const c20 = b[p + 20]!;
  const c21 = b[p + 21]!;
  const c22 = b[p + 22]!;
  const c23 = b[p + 23]!;
  const c24 = b[p + 24]!;
  const c25 = b[p + 25]!;
  const c26 = b[p + 26]!;
  const c27 = b[p + 27]!;
  return (c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 | c17 | c18 | c19 | c20 | c21 | c22 | c23 | c24 | c25 | c26 | c27) > 127 ? undefined : text(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23, c24, c25, c26, c27);
}
