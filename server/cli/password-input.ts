/** Owns how a password is given: typed where nobody sees it, or through a pipe; never as an argument, which all can read. */
import { createInterface, type Interface } from 'node:readline';
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
const hiddenLine = (input: Input): Interface => {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  return createInterface({ input, output: nothing, terminal: true, historySize: 0 });
};

const askTwice = ({ input, output }: Keyboard): Promise<string> =>
  new Promise((resolve, reject) => {
    // Before the question: from here on the terminal shows nothing of what is typed.
    const line = hiddenLine(input);
    const ask = (question: string, then: (answer: string) => void): void => {
      output.write(question);
      line.question('', (answer) => {
        output.write('\n');
        then(answer);
      });
    };
    const settle = (first: string, second: string): void => {
      line.off('close', cancel);
      if (first === second) resolve(first);
      else reject(new CommandError('usage', 'The two passwords differ: nothing was changed.'));
      line.close();
    };
    const cancel = (): void => {
      output.write('\n');
      reject(new CommandError('cancelled', 'Cancelled: nothing was changed.'));
    };
    line.once('SIGINT', () => line.close());
    // Ctrl-D too.
    line.once('close', cancel);
    ask('Password (not shown): ', (first) => ask('The same again: ', (second) => settle(first, second)));
  });

/** Throws `usage` where there is neither a pipe nor a terminal, `cancelled` on Ctrl-C. */
export const readPassword = async (fromPipe: boolean, keyboard: Keyboard): Promise<string> => {
  if (fromPipe) return readPipe(keyboard.input);
  if (keyboard.input.isTTY) return askTwice(keyboard);
  throw new CommandError(
    'usage',
    'There is no terminal to ask for the password on: pipe it in with --password-stdin, for example from a password manager.',
  );
};
