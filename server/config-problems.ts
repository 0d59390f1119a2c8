/** Owns how a wrong setting is told: its name, what was given (never a secret), what is allowed. */
import type { z } from 'zod';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** Keys that people look for here, and why they are not. */
const REFUSED_KEYS: Readonly<Record<string, string>> = {
  jwks_uri: "is not taken, since it would have to be fetched: give the client's public keys inline, as jwks",
  scopes: 'is a key of a resource; a client has scope, one text with spaces between',
};

const SECRET = /secret|jwks|password|smtp/i;
/** The password in a URL. */
const USERINFO = /\/\/[^/@\s]*@/g;

/** One line, whatever is in it. */
const oneLine = (text: string): string => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');

const shownText = (given: string): string => {
  const plain = oneLine(given.replace(USERINFO, '//…@'));
  return `'${plain.length > 100 ? `${plain.slice(0, 100)}…` : plain}'`;
};

const shownList = (given: readonly unknown[]): string => (given.length === 0 ? 'an empty list' : 'a list');

/** What was given, short, in quotes where it is text. Secrets are not shown. */
const shown = (at: string, given: unknown): string => {
  if (given === undefined) return 'nothing';
  if (SECRET.test(at)) return 'a value that is not shown';
  if (typeof given === 'string') return shownText(given);
  if (Array.isArray(given)) return shownList(given);
  return typeof given === 'object' && given !== null ? 'an object' : String(given);
};

export const problem = (at: string, given: unknown, allowed: string): string =>
  `${at}: got ${shown(at, given)}; allowed: ${allowed}.`;

const childOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;

const valueAt = (root: unknown, path: Path): unknown => path.reduce(childOf, root);

export const keyed = (at: string, key: string): string => {
  if (!/^\w+$/.test(key)) return `${at}['${oneLine(key)}']`;
  return at === '' ? key : `${at}.${key}`;
};

/** `clients['phone'].redirect_uris[0]`: a client by its id where it has one. */
const named = (root: unknown, path: Path): string =>
  path.reduce<string>((at, part, index) => {
    if (typeof part !== 'number') return keyed(at, String(part));
    const id = at === 'clients' ? childOf(valueAt(root, path.slice(0, index + 1)), 'client_id') : undefined;
    return typeof id === 'string' ? `${at}['${id}']` : `${at}[${part}]`;
  }, '');

const unknownKey = (at: string, key: string, allowed: string): string => {
  const why = Object.hasOwn(REFUSED_KEYS, key) ? REFUSED_KEYS[key] : undefined;
  return why ? `${keyed(at, key)}: ${why}.` : `${keyed(at, key)}: there is no such key; allowed: ${allowed}.`;
};

/** Where one of several shapes was meant, the issues of the last one that the value has the outline of. */
const branchOf = (issue: Issue, given: unknown): readonly Issue[] | undefined =>
  issue.code === 'invalid_union' && typeof given === 'object' && given !== null && !Array.isArray(given)
    ? issue.errors.at(-1)?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    : undefined;

const told = (issue: Issue, root: unknown, nameOf: (path: string) => string): readonly string[] => {
  const given = valueAt(root, issue.path);
  const branch = branchOf(issue, given);
  if (branch) return branch.flatMap((inner) => told(inner, root, nameOf));
  const at = nameOf(named(root, issue.path));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(at, key, issue.message));
  return [problem(at === '' ? 'The configuration' : at, given, issue.message)];
};

/** One line a problem. `nameOf` turns a path into the name that the reader knows it by. */
export const problemsOf = (
  error: z.ZodError,
  root: unknown,
  nameOf: (path: string) => string = (path) => path,
): readonly string[] => [...new Set(error.issues.flatMap((issue) => told(issue, root, nameOf)))];
