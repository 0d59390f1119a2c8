import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Command } from 'commander';
import { helpOf, program } from '../../scripts/cli-page.ts';
import { toJson, toText } from '../../server/cli/answer.ts';
import { optionsWithValue, wantsJson, withPlainIds } from '../../server/cli/arguments.ts';
import { type Input, readPassword } from '../../server/cli/password-input.ts';

const SCREEN = { lines: 24, columns: 80 } as const;

const named = (command: Command, before = ''): { name: string; command: Command }[] => {
  const name = `${before}${command.name()}`;
  return [{ name, command }, ...command.commands.flatMap((child) => named(child, `${name} `))];
};

const commands = named(program);

describe('curfew --help', () => {
  for (const { name, command } of commands) {
    it(`fits a screen for ${name}`, () => {
      const lines = helpOf(command).trimEnd().split('\n');
      expect(lines.length).to.be.at.most(SCREEN.lines);
      expect(Math.max(...lines.map(({ length }) => length))).to.be.at.most(SCREEN.columns);
    });
  }

  for (const { name, command } of commands) {
    it(`carries an example for ${name}`, () => {
      expect(helpOf(command)).to.match(new RegExp(`Example:\\n(.*\\n)*.*${name}`));
    });
  }
});

describe('the arguments, before they are parsed', () => {
  const ID = '-JrMjFEXzYwOrj1bP1Yp6S';
  const takeValue = optionsWithValue(program);
  const cases = [
    { given: ['session', 'end', ID, '--json'], read: ['session', 'end', '--json', '--', ID] },
    { given: ['session', 'end', '--account', ID], read: ['session', 'end', '--account', ID] },
    { given: ['account', 'factor', 'remove', '--factor', ID], read: ['account', 'factor', 'remove', '--factor', ID] },
    { given: ['session', 'end', '--', ID], read: ['session', 'end', '--', ID] },
    { given: ['account', 'add', '--password-stdin'], read: ['account', 'add', '--password-stdin'] },
  ];
  for (const { given, read } of cases) {
    it(`reads ${given.join(' ')}`, () => expect(withPlainIds(given, takeValue)).to.deep.equal(read));
  }

  it('know a wish for JSON from a name', () => {
    expect(wantsJson(['account', 'list', '--json'], takeValue)).to.equal(true);
    expect(wantsJson(['account', 'add', '--name', '--json'], takeValue)).to.equal(false);
    expect(wantsJson(['session', 'end', '--', '--json'], takeValue)).to.equal(false);
  });
});

describe('what is printed', () => {
  const strange = 'Ada\u001b[2J\u009b1m\u202ephone\n';

  it('holds nothing by which a stranger could steer a terminal, or turn a line around', () => {
    expect(toText([strange])).to.equal('Ada\ufffd[2J\ufffd1m\ufffdphone\ufffd');
    const json = toJson({ name: strange });
    expect(json).to.not.contain('\u009b').and.not.contain('\u001b');
    expect(JSON.parse(json)).to.deep.equal({ name: strange });
  });
});

describe('a password typed at a terminal', () => {
  const terminal = () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
    return { input: input as Input & PassThrough, output: new PassThrough() };
  };

  const typed = async (...keys: string[]) => {
    const { input, output } = terminal();
    const answer = readPassword(false, { input, output }).catch((error: Error) => error);
    for (const key of keys) {
      input.write(key);
      await new Promise(setImmediate);
    }
    const result = await answer;
    output.end();
    return { result, shown: await text(output) };
  };

  it('is asked for twice, and never shown', async () => {
    const { result, shown } = await typed('a walk\r', 'a wall\u007fk\r');
    expect(result).to.equal('a walk');
    expect(shown).to.equal('Password (not shown): \nThe same again: \n');
  });

  it('is refused where the two differ, and given up on Ctrl-C and Ctrl-D', async () => {
    expect((await typed('one\r', 'two\r')).result).to.include({ code: 'usage' });
    expect((await typed('one\r', '\u0003')).result).to.include({ code: 'cancelled' });
    expect((await typed('\u0004')).result).to.include({ code: 'cancelled' });
  });

  it('is not read from a terminal that was said to be a pipe', async () => {
    const error = await readPassword(true, terminal()).catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'usage' });
  });

  it('may not be endless', async () => {
    const input: Input & PassThrough = new PassThrough();
    input.end('x'.repeat(100_000));
    const error = await readPassword(true, { input, output: new PassThrough() }).catch((caught: unknown) => caught);
    expect(error).to.include({ code: 'usage' });
  });
});
