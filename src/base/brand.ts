/**
 * Branded types: a value gets its brand only where it was validated, so that the compiler tells a
 * round from an index and a batch id from a claim id.
 */
declare const brand: unique symbol;

/** A `Base` that carries the name of the check it passed; free at run time. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
