/** Owns what a verb answers, and how that reaches the terminal: as text, or as one JSON document. */

export interface Answer {
  /** For `--json`: a stable shape, described in docs/cli.md. */
  readonly json: Readonly<Record<string, unknown>>;
  /** For people. No line holds a line break of its own. */
  readonly lines: readonly string[];
}

/** Device names and user agents are typed by strangers: what steers a terminal, or turns text around, is not printed. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');

/** JSON escapes only the lower half of the control characters. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export const toText = (lines: readonly string[]): string => lines.map((line) => plain(line).trimEnd()).join('\n');

/** Columns as wide as their widest cell. Pure. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const padded = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length);
  return rows.map((row) => row.map(padded).join('  '));
};
