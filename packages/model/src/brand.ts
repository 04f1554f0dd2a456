declare const brand: unique symbol

/** A `Base` that only a checking function may make; the name says which rule it carries. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }
