/** Owns how the command line fails: one sentence on standard error, and an exit code that scripts can rely on. */
import { CommanderError } from 'commander';
import { CurfewError, type ErrorCode } from '../errors.ts';
import { toJson, toText } from './answer.ts';

/** 0 done; 1 failed or unavailable; 2 usage or invalid configuration; 3 not found; 4 refused. */
const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, refused: 4 } as const;

const EXIT_OF: Partial<Record<ErrorCode, number>> = {
  not_found: EXIT.notFound,
  unknown_account: EXIT.notFound,
  bad_request: EXIT.usage,
  wrong_configuration: EXIT.usage,
  account_exists: EXIT.refused,
  weak_password: EXIT.refused,
};

/** Failures of the command line itself. */
const OWN = {
  usage: EXIT.usage,
  cancelled: EXIT.failed,
  refused: EXIT.refused,
  events_file: EXIT.failed,
} as const satisfies Record<string, number>;

export class CommandError extends Error {
  readonly code: keyof typeof OWN;
  constructor(code: keyof typeof OWN, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Failure {
  readonly exit: number;
  readonly code: string;
  /** One sentence; of a wrong configuration, one line a problem. Empty where the help that was printed says enough. */
  readonly lines: readonly string[];
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

const deepest = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? deepest(error.cause) : error;

/** The reason of SQLite or of the system, where there is one. */
const reasonOf = (error: CurfewError): string => {
  const root = deepest(error);
  return root instanceof Error && root !== error ? ` (${firstLine(root.message)})` : '';
};

/** What was begun is finished by a second call: every verb may be repeated. */
const unavailable = (error: CurfewError): string =>
  `${(error.detail ?? 'The database did not answer').replace(/\.$/, '')}${reasonOf(error)}. Run the command again once it can be reached.`;

/** The value of an unknown option may be a password: only its name is repeated. */
const usageLine = ({ message }: CommanderError): string =>
  `${message
    .replace(/^error: /, '')
    .replace(/(option '--?[^'=\s]*)=[^']*'/, "$1'")

    .replaceAll('\n', ' ')
    .replace(/\.$/, '')}. See curfew --help.`;

const usageFailure = (error: CommanderError): Failure => {
  if (error.exitCode === 0) return { exit: EXIT.done, code: 'done', lines: [] };
  return { exit: EXIT.usage, code: 'usage', lines: error.code === 'commander.help' ? [] : [usageLine(error)] };
};

const refusal = (error: CurfewError): Failure => {
  const text = error.code === 'unavailable' ? unavailable(error) : error.message;
  return { exit: EXIT_OF[error.code] ?? EXIT.failed, code: error.code, lines: text.split('\n') };
};

/** Text for people, and what a program needs to tell failures apart. Pure. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof CommandError) return { exit: OWN[error.code], code: error.code, lines: [error.message] };
  if (error instanceof CommanderError) return usageFailure(error);
  if (error instanceof CurfewError) return refusal(error);
  const reason = error instanceof Error ? firstLine(error.message) : 'no reason is known';
  return { exit: EXIT.failed, code: 'failed', lines: [`Curfew failed unexpectedly: ${reason}`] };
};

export const failureText = ({ code, lines }: Failure, json: boolean): string => {
  if (!json) return toText(lines);
  return toJson({ error: { code, message: lines.join(' ') || 'A command is missing. See curfew --help.' } });
};
