/** Owns how a password is given: typed where nobody sees it, or through a pipe; never as an argument, which all can read. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CommandError } from './failures.ts';

/** A terminal, a pipe or a file. */
export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

export interface Keyboard {
  readonly input: Input;
  /** Where the questions go: not standard output, which may be piped. */
  readonly output: NodeJS.WritableStream;
}

/** More than any password; a pipe that never ends is not read to its end. */
const MOST_BYTES = 64 * 1024;

const readPipe = async (input: Input): Promise<string> => {
  if (input.isTTY) {
    throw new CommandError(
      'usage',
      '--password-stdin reads a pipe or a file, and this is a terminal: leave it out to be asked.',
    );
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new CommandError('usage', 'Standard input holds more than a password.');
  }
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password === '') throw new CommandError('usage', 'Standard input held no password.');
  return password;
};

/** Readline edits the line as people expect, and echoes it into nothing. */
const ask = ({ input, output }: Keyboard, question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
    output.write(question);
    const line = createInterface({ input, output: nothing, terminal: true, historySize: 0 });
    line.once('SIGINT', () => line.close());
    line.once('close', () => {
      output.write('\n');
      reject(new CommandError('cancelled', 'Cancelled: nothing was changed.'));
    });
    line.question('', (answer) => {
      resolve(answer);
      line.close();
    });
  });

const askTwice = async (keyboard: Keyboard): Promise<string> => {
  const first = await ask(keyboard, 'Password (not shown): ');
  if ((await ask(keyboard, 'The same again: ')) === first) return first;
  throw new CommandError('usage', 'The two passwords differ: nothing was changed.');
};

/** Throws `usage` where there is neither a pipe nor a terminal, `cancelled` on Ctrl-C. */
export const readPassword = async (fromPipe: boolean, keyboard: Keyboard): Promise<string> => {
  if (fromPipe) return readPipe(keyboard.input);
  if (keyboard.input.isTTY) return askTwice(keyboard);
  throw new CommandError(
    'usage',
    'There is no terminal to ask for the password on: pipe it in with --password-stdin, for example from a password manager.',
  );
};
