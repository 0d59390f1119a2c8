/** Owns leaving out what is not there: an absent member, never one that is undefined. */

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** The members that are not undefined. Pure. */
export const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
