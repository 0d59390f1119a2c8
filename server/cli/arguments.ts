/** Owns what has to be known about the arguments before they are parsed. All pure. */
import type { Command } from 'commander';

/** The options of all commands whose value, which may look like an option, comes after them. */
export const optionsWithValue = (command: Command): ReadonlySet<string> =>
  new Set([
    ...command.options.filter(({ required }) => required).flatMap(({ long }) => long ?? []),
    ...command.commands.flatMap((below) => [...optionsWithValue(below)]),
  ]);

/** Ids are base64url, so some begin with a dash; no option is as long. */
const DASHED_ID = /^-[\w-]{20,63}$/;

/** `session end -Kf…` means the session of that id: it goes behind `--`, where nothing is an option. */
export const withPlainIds = (given: readonly string[], takeValue: ReadonlySet<string>): string[] => {
  if (given.includes('--')) return [...given];
  const isId = (text: string, index: number): boolean => DASHED_ID.test(text) && !takeValue.has(given[index - 1] ?? '');
  const ids = given.filter(isId);
  return ids.length === 0 ? [...given] : [...given.filter((text, index) => !isId(text, index)), '--', ...ids];
};

/** Known before parsing, since a failure to parse is answered in JSON too. */
export const wantsJson = (given: readonly string[], takeValue: ReadonlySet<string>): boolean => {
  const options = given.includes('--') ? given.slice(0, given.indexOf('--')) : given;
  return options.some((text, index) => text === '--json' && !takeValue.has(options[index - 1] ?? ''));
};
