/** Owns what every command is made with: its action, and the example in its help. */
import type { Command } from 'commander';
import type { Answer } from './answer.ts';
import type { Surroundings } from './surroundings.ts';

export type Act = (...given: never[]) => Answer | Promise<Answer>;

/** Commander hands over the arguments, the options, and the command. */
export const answering =
  ({ print }: Surroundings, act: Act) =>
  async (...given: unknown[]): Promise<void> =>
    print(await act(...(given as never[])));

export const example = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`);
