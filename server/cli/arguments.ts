/** Owns what has to be known about the arguments before they are parsed. All pure. */

/** Options whose value may look like an option. */
const TAKES_A_VALUE = new Set([
  '--account',
  '--email',
  '--sub',
  '--name',
  '--reason',
  '--ended-since',
  '--from-events',
]);

/** Ids are base64url, so some begin with a dash; no option is as long. */
const DASHED_ID = /^-[\w-]{20,63}$/;

/** `session end -Kf…` means the session of that id: it goes behind `--`, where nothing is an option. */
export const withPlainIds = (given: readonly string[]): string[] => {
  if (given.includes('--')) return [...given];
  const isId = (text: string, index: number): boolean =>
    DASHED_ID.test(text) && !TAKES_A_VALUE.has(given[index - 1] ?? '');
  const ids = given.filter(isId);
  return ids.length === 0 ? [...given] : [...given.filter((text, index) => !isId(text, index)), '--', ...ids];
};

/** Known before parsing, since a failure to parse is answered in JSON too. */
export const wantsJson = (given: readonly string[]): boolean => {
  const options = given.includes('--') ? given.slice(0, given.indexOf('--')) : given;
  return options.some((text, index) => text === '--json' && !TAKES_A_VALUE.has(options[index - 1] ?? ''));
};
