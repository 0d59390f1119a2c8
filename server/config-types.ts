/** Owns what settings are made of: types that answer a wrong value with the words for what they allow. */
import { z } from 'zod';

/** One setting or key: what it may be, what it is when left out, and what it does. */
export interface Row {
  readonly type: z.ZodType;
  /** For the page. Absent: it has no value unless given. */
  readonly default?: unknown;
  readonly doc: string;
}

type ShapeOf<Rows extends Readonly<Record<string, Row>>> = { -readonly [Key in keyof Rows]: Rows[Key]['type'] };

/** Longer than anyone signs in for, and short enough for every date to be one. */
const HUNDRED_YEARS = 3_153_600_000;

export const text = (words: string, fits: (value: string) => boolean = (value) => value !== '') =>
  z.string({ error: words }).refine(fits, { error: words });

export const whole = (min: number, max: number, unit = 'number') => {
  const error = `a whole ${unit} from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

export const seconds = (min = 1) => whole(min, HUNDRED_YEARS, 'number of seconds');

export const flag = () => z.boolean({ error: 'true or false' });

export const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, { error: names.length === 1 ? `'${names[0]}'` : `one of ${names.join(', ')}` });

export const listOf = <Item extends z.ZodType>(item: Item, words: string, min = 0) =>
  z.array(item, { error: words }).min(min, { error: words }).readonly();

/** An object of these keys and no others; an unknown one is answered with those that there are. */
export const strict = <const Rows extends Readonly<Record<string, Row>>>(rows: Rows) => {
  const keys = Object.keys(rows).join(', ');
  const shape = Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, row.type])) as ShapeOf<Rows>;
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys : `an object of ${keys}`),
  });
};

export const mapOf = <Value extends z.ZodType>(value: Value, words: string) =>
  z.record(z.string(), value, { error: words });

/** The words of a type, for the page: asked of the type itself, so that page and errors cannot differ. */
export const wordsOf = (type: z.ZodType): string => {
  const asked = type.safeParse(Symbol('nothing that a file can hold'));
  return asked.error?.issues[0]?.message ?? 'anything';
};

/** A setting's text, comma separated, as a list. */
export const asList = (value: string): readonly string[] =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
