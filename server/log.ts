/** Owns the process's own log: JSON, one line each, the request's id on it, and no credential in it. */
import { correlationId } from './correlation.ts';

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40, silent: 50 } as const;

export type LogLevel = keyof typeof LEVELS;

type Fields = Readonly<Record<string, unknown>>;
type Write = (line: string) => unknown;

export interface Log {
  debug(msg: string, fields?: Fields): void;
  info(msg: string, fields?: Fields): void;
  warn(msg: string, fields?: Fields): void;
  error(msg: string, fields?: Fields): void;
}

const REDACTED = '[redacted]';

/** Words in a field's name that make its value a credential: `refresh_token`, `clientSecret`, `set-cookie`. */
const CREDENTIALS = new Set(
  'token tokens code codes password passwords secret secrets authorization cookie cookies assertion verifier otp dpop'.split(
    ' ',
  ),
);
/** The same word, and no credential: what kind of error or answer it was. */
const HARMLESS = new Set(['error_code', 'status_code', 'exit_code']);

const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();

const isCredential = (name: string): boolean => {
  if (HARMLESS.has(snake(name))) return false;
  return [name.toLowerCase(), ...snake(name).split('_')].some((word) => CREDENTIALS.has(word));
};

/** Whether there is anything to hide: that a proof or a cookie was there is no credential. */
const says = (value: unknown): boolean => value !== undefined && value !== null && typeof value !== 'boolean';

/** Credentials inside a text: a query or form parameter, an Authorization header. */
const PARAMETER =
  /\b((?:\w*_?token|code|code_verifier|id_token_hint|client_secret|client_assertion|password|request_uri)=)[^&\s"']+/gi;
const SCHEME = /\b(Bearer|DPoP|Basic) +[\w.~+/=-]{8,}/g;

const plainText = (text: string): string => text.replace(PARAMETER, `$1${REDACTED}`).replace(SCHEME, `$1 ${REDACTED}`);

const MAX_DEPTH = 6;

const plainError = (error: Error, depth: number): Fields => ({
  name: error.name,
  message: plainText(error.message),
  ...('code' in error ? { error_code: error.code } : {}),
  stack: plainText(error.stack ?? ''),
  ...(error.cause === undefined ? {} : { cause: plain(error.cause, depth + 1) }),
});

const plainObject = (value: object, depth: number): unknown => {
  if (depth > MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) return plainError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((entry) => plain(entry, depth + 1));
  if (value instanceof URL) return plainText(value.href);
  if (value instanceof Date) return value.toJSON();
  const entries = Object.entries(value).map(([name, entry]) => [
    name,
    isCredential(name) && says(entry) ? REDACTED : plain(entry, depth + 1),
  ]);
  return Object.fromEntries(entries);
};

const plain = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return plainText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  return typeof value === 'object' && value !== null ? plainObject(value, depth) : value;
};

/** Writes what is at `level` or above. `write` gets whole lines; `now` dates them. */
export const createLog = ({
  level,
  write = (line) => process.stderr.write(line),
  now = () => new Date(),
}: {
  readonly level: LogLevel;
  readonly write?: Write;
  readonly now?: () => Date;
}): Log => {
  const at =
    (own: Exclude<LogLevel, 'silent'>) =>
    (msg: string, fields: Fields = {}): void => {
      if (LEVELS[own] < LEVELS[level]) return;
      const id = correlationId();
      const head = { time: now().toISOString(), level: own, ...(id && { correlationId: id }), msg: plainText(msg) };
      // Once more at the end: a field of the same name does not pass for ours.
      write(`${JSON.stringify({ ...head, ...(plain(fields) as Fields), ...head })}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
