/**
 * What a map field can be made from: a `Map` (taken over), entries, or an object literal, whose keys are read in the
 * map's key type.
 */
export type MapInit<K, V> = Iterable<readonly [K, V]> | { readonly [key: string]: V };
