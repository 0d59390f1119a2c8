/** Owns the commands that look after the server itself: its configuration, keys, secrets and store. */
import { type Command, Option } from 'commander';
import { backUpStore } from './backup.ts';
import { checkConfiguration } from './configuration.ts';
import { listKeys, rotateKey } from './keys.ts';
import { migrate } from './migrate.ts';
import { answering, example } from './program-parts.ts';
import { rotateSecret } from './secrets.ts';
import type { Surroundings } from './surroundings.ts';

const addKeyVerbs = (group: Command, surroundings: Surroundings): void => {
  example(
    group
      .command('list')
      .description('List the keys that sign tokens: which signs, which follows, which are on their way out.')
      .action(answering(surroundings, listKeys)),
    'curfew key list',
  );
  example(
    group
      .command('rotate')
      .description(
        'Replace a signing key. The new one is published first; the old one stays until its last token is over.',
      )
      .addOption(new Option('--alg <alg>', 'what it signs with').choices(['ES256', 'RS256']).default('ES256'))
      .option('--lead <seconds>', 'how long it is published before it signs (default: 3600)')
      .action(answering(surroundings, rotateKey)),
    'curfew key rotate',
  );
};

export const addUpkeepVerbs = (program: Command, surroundings: Surroundings): void => {
  const check = 'CURFEW_CONFIG=curfew.json curfew config check';
  example(
    example(program.command('config').description('The configuration.'), check)
      .command('check')
      .description('Say whether the server would start, what is worth a word, and who still needs an older secret.')
      .action(answering(surroundings, () => checkConfiguration(surroundings))),
    check,
  );
  addKeyVerbs(
    example(program.command('key').description('The keys that sign tokens.'), 'curfew key list'),
    surroundings,
  );
  example(
    example(program.command('secret').description('The master secrets.'), 'curfew secret rotate')
      .command('rotate')
      .description('Make a new master secret, and say how to bring it in. Changes nothing.')
      .action(answering(surroundings, rotateSecret)),
    'curfew secret rotate',
  );
  example(
    program
      .command('migrate')
      .description('Make the database ready for this version: its indexes. May be run beside servers, and again.')
      .summary('Make the database ready for this version.')
      .action(answering(surroundings, migrate)),
    'CURFEW_MONGODB_URI=mongodb://db1,db2,db3/curfew?replicaSet=rs0 curfew migrate',
  );
  example(
    program
      .command('backup')
      .description('Copy the store into a new file, while the server runs.')
      .summary('Copy the store while the server runs.')
      .argument('<file>', 'a file that is not there yet')
      .action(answering(surroundings, (file: string) => backUpStore(file, surroundings))),
    'curfew backup /var/backups/curfew-2026-01-31.sqlite',
  );
};
