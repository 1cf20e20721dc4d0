/** The bars of this area: the ratios that a run is held to. */
export const againstProtobufEs = {
  decode: { a: 3.5, b: 5, c: 2.2, d: 4.5, e: 4.5 },
  encode: { a: 3, b: 4.5, c: 4.5, d: 3, e: 5.5 },
};

export const againstProtobufjs = {
  decode: { a: 2.2, b: 1.6, c: 1.0, d: 1.8, e: 1.6 },
  encode: { a: 2, b: 2.8, c: 1.4, d: 2, e: 3.5 },
};

/** Encoding 4 MiB under 100 levels may cost at most this much of encoding it under one. */
export const depth = 2;
