/**
 * Owns what docs/cli.md takes from the program: the table of commands, and each command's help at the head of its section.
 * What no help has room for (the shape of the JSON, what to do when) is written there by hand, and stays.
 */
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { createProgram } from '../server/cli/program.ts';

const nobody = new PassThrough();
/** As the command line makes it, and connected to nothing. */
export const program = createProgram({
  keyboard: { input: nobody, output: nobody },
  print: () => {},
  progress: () => {},
  complain: () => {},
});

const verbsBelow = (command: Command, before = ''): { readonly name: string; readonly verb: Command }[] => {
  const name = `${before}${command.name()}`;
  if (command.commands.length === 0) return [{ name, verb: command }];
  return command.commands.flatMap((child) => verbsBelow(child, `${name} `));
};

const verbs = verbsBelow(program);

export const helpOf = (command: Command): string => {
  let help = '';
  command.configureOutput({ writeOut: (part) => (help += part) }).outputHelp();
  return help.trimEnd();
};

const anchorOf = (name: string): string => name.replaceAll(' ', '-');

const HEAD = '| Command | Does |\n| --- | --- |\n';

const commandsTable = (): string =>
  HEAD + verbs.map(({ name, verb }) => `| [\`${name}\`](#${anchorOf(name)}) | ${verb.description()} |\n`).join('');

const headingOf = (name: string): string => `### \`${name}\`\n\n`;

const FENCE = '```text\n';
const END = '\n```\n';

/** A section without the help that it has from before. */
const proseOf = (section: string, heading: string): string => {
  const rest = section.slice(heading.length);
  if (!rest.startsWith(FENCE)) return rest;
  return rest.slice(rest.indexOf(END) + END.length).trimStart();
};

const sectionWithHelp = (section: string): string => {
  const found = verbs.find(({ name }) => section.startsWith(headingOf(name)));
  if (!found) return section;
  const heading = headingOf(found.name);
  return `${heading}${FENCE}${helpOf(found.verb)}${END}\n${proseOf(section, heading)}`;
};

/** The page as it is to be. Throws where a command has no section. */
export const cliPage = (page: string): string => {
  for (const { name } of verbs)
    if (!page.includes(headingOf(name))) throw new Error(`docs/cli.md has no section for ${name}`);
  const table = page.indexOf(HEAD);
  const after = page.indexOf('\n\n', table);
  const whole = `${page.slice(0, table)}${commandsTable()}${page.slice(after + 1)}`;
  return whole
    .split(/^(?=#{2,3} )/mu)
    .map(sectionWithHelp)
    .join('');
};
