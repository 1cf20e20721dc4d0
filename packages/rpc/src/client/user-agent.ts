/** What requests say of who makes them, where the caller's headers do not: name and version of this package. */
export const userAgent = "bowline/0.1.0";
