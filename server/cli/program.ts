/** Owns the commands: their names, options, help and examples. What they do is in the files beside it. */
import { Command, Option } from 'commander';
import { packageVersion } from '../version.ts';
import { addAccount, changePassword, deleteAccount, disableAccount, enableAccount, listAccounts } from './accounts.ts';
import { listFactors, removeFactor } from './factors.ts';
import { type Act, answering, example } from './program-parts.ts';
import { addStreamVerbs } from './program-streams.ts';
import { addUpkeepVerbs } from './program-upkeep.ts';
import { ASKED_REASONS, type EndOptions, endSessions, explainOne, listSessions } from './sessions.ts';
import type { Surroundings } from './surroundings.ts';

const email = () => new Option('--email <address>', 'the account, by its email address');
const sub = () => new Option('--sub <sub>', 'the account, by its sub').conflicts('email');
const passwordStdin = () => new Option('--password-stdin', 'read the password from a pipe; else it is asked for');

const addAccountVerbs = (group: Command, surroundings: Surroundings): void => {
  const { keyboard } = surroundings;
  const verb = (name: string, says: string, act: Act): Command =>
    group.command(name).description(says).action(answering(surroundings, act));
  const named = (name: string, says: string, act: Act): Command =>
    verb(name, says, act).addOption(email()).addOption(sub());

  example(
    verb('add', 'Add a person who may sign in.', (options: Parameters<typeof addAccount>[0]) =>
      addAccount(options, keyboard),
    )
      .option('--email <address>', 'the email address that the person signs in with (needed)')
      .option('--name <name>', 'the name that apps are told')
      .addOption(passwordStdin()),
    'curfew account add --email ada@example.com --name "Ada Lovelace"',
    'pass show ada | curfew account add --email ada@example.com --password-stdin',
  );
  example(verb('list', 'List the accounts, by email address.', listAccounts), 'curfew account list --json');
  example(
    named('disable', 'Shut an account: nobody signs in to it, and all its sessions end.', disableAccount),
    'curfew account disable --email ada@example.com',
  );
  example(
    named('enable', 'Open a disabled account again. What ended stays ended.', enableAccount),
    'curfew account enable --email ada@example.com',
  );
  example(
    named('delete', 'Delete an account for good; all its sessions end.', deleteAccount),
    'curfew account delete --email ada@example.com',
  );
  example(
    named(
      'password',
      'Set a new password; all sessions of the account end.',
      (options: Parameters<typeof changePassword>[0]) => changePassword(options, keyboard),
    ).addOption(passwordStdin()),
    'curfew account password --email ada@example.com',
  );
};

/** Second steps and passkeys: what a support desk looks at, and takes away. */
const addFactorVerbs = (group: Command, surroundings: Surroundings): void => {
  example(
    group
      .command('factors')
      .description('List what an account signs in with beside its password.')
      .addOption(email())
      .addOption(sub())
      .action(answering(surroundings, listFactors)),
    'curfew account factors --email ada@example.com',
  );
  const remove = 'curfew account factor remove --email ada@example.com --factor 3q2-7wEjRk';
  example(
    example(group.command('factor').description('One factor of an account.'), remove)
      .command('remove')
      .description('Take away a factor that a person has lost. Their sessions stay.')
      .addOption(email())
      .addOption(sub())
      .option('--factor <id>', 'which, as account factors lists it (needed)')
      .action(answering(surroundings, removeFactor)),
    remove,
  );
};

const addEnd = (end: Command): Command =>
  example(
    end
      .argument('[sid]', 'the session, as session list or a token names it')
      .option('--account <account>', 'all of this account, by its email address or sub')
      .option('--all', "everybody's, in apps and browsers; asks before it does")
      .option('--yes', 'do not ask')
      .addOption(new Option('--reason <reason>', 'what is told (default: admin)').choices(ASKED_REASONS))
      .option('--ended-since <time>', 'after a restore: what ended at this time or later')
      .option('--from-events <file>', 'as the file of CURFEW_EVENTS_FILE tells'),
    'curfew session end JrMjFEXzYwOrj1bP1Yp6Sg',
    'curfew session end --account ada@example.com',
    'curfew session end --ended-since 2026-01-31T02:00:00Z --from-events log.jsonl',
  );

const addSessionVerbs = (group: Command, surroundings: Surroundings): void => {
  const verb = (name: string, says: string, act: Act): Command =>
    group.command(name).description(says).action(answering(surroundings, act));

  example(
    verb('list', 'List where a person is signed in: apps, and browsers.', listSessions)
      .option('--account <account>', 'the account, by its email address or sub (needed)')
      .option('--ended', 'also what ended, which is kept for 30 days'),
    'curfew session list --account ada@example.com --ended',
  );
  addEnd(
    verb(
      'end',
      "End sessions: one, an account's, all, or those that a backup forgot.",
      (sid: string | undefined, options: EndOptions) => endSessions(sid, options, surroundings),
    ),
  );
  example(
    verb('explain', 'Say why a session ended, or when it will, and what happened to it.', explainOne).argument(
      '<sid>',
      'the session, as session list, a token or an event names it',
    ),
    'curfew session explain JrMjFEXzYwOrj1bP1Yp6Sg',
  );
};

/** Every command. Nothing runs before `parseAsync`, which throws where commander would exit. */
export const createProgram = (surroundings: Surroundings): Command => {
  const program: Command = new Command('curfew')
    .description(
      'Looks after a Curfew server, beside it while it runs. It reads the settings that the server reads: CURFEW_CONFIG, CURFEW_DATA_DIR and the others.',
    )
    .version(packageVersion(), '-V, --version', 'say which version this is')
    .option('--json', 'answer with one JSON document')
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: 80,
      visibleGlobalOptions: ({ parent }) => (parent ? program.options.filter(({ long }) => long === '--json') : []),
    })
    .configureOutput({ writeErr: surroundings.complain, outputError: () => {} })
    .exitOverride();
  example(program, 'curfew session list --account ada@example.com');
  const account = example(
    program.command('account').description('People who may sign in.'),
    'curfew account add --email ada@example.com',
  );
  addAccountVerbs(account, surroundings);
  addFactorVerbs(account, surroundings);
  addSessionVerbs(
    example(
      program
        .command('session')
        .description('Where people are signed in, and why they no longer are.')
        .summary('Where people are signed in.'),
      'curfew session list --account ada@example.com',
    ),
    surroundings,
  );
  addStreamVerbs(program, surroundings);
  addUpkeepVerbs(program, surroundings);
  return program;
};
