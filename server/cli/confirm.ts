/** Owns the question before what cannot be taken back. */
import { createInterface } from 'node:readline';
import { CommandError } from './failures.ts';
import type { Keyboard } from './password-input.ts';

const ask = ({ input, output }: Keyboard, question: string): Promise<string> =>
  new Promise((resolve) => {
    const line = createInterface({ input, output, terminal: true, historySize: 0 });
    // Ctrl-C and Ctrl-D close it: that is a no.
    line.once('SIGINT', () => line.close());
    line.once('close', () => resolve(''));
    line.question(question, (answer) => {
      resolve(answer);
      line.close();
    });
  });

/** Throws `usage` where there is nobody to ask, `cancelled` where the answer is not yes. */
export const confirm = async (keyboard: Keyboard, question: string, yes: boolean): Promise<void> => {
  if (yes) return;
  if (!keyboard.input.isTTY) throw new CommandError('usage', 'There is no terminal to ask on: say --yes.');
  const answer = await ask(keyboard, `${question} Type yes to go on: `);
  if (answer.trim().toLowerCase() !== 'yes') throw new CommandError('cancelled', 'Cancelled: nothing was changed.');
};
