/** Owns the commands about who is told of endings, and how soon. */
import type { Command } from 'commander';
import { type Act, answering, example } from './program-parts.ts';
import { listStreams, pauseStream, removeStream, resend, resumeStream, showStream } from './streams.ts';
import type { Surroundings } from './surroundings.ts';
import { type VerifyOptions, verifyRevocation } from './verify-revocation.ts';

const STREAM = ['<stream>', 'the stream, as stream list names it'] as const;

export const addStreamVerbs = (program: Command, surroundings: Surroundings): void => {
  const group = example(program.command('stream').description('Who is told of endings.'), 'curfew stream list');
  const verb = (name: string, says: string, act: Act): Command =>
    group.command(name).description(says).action(answering(surroundings, act));

  example(verb('list', 'List the streams, and what waits in each.', listStreams), 'curfew stream list');
  example(
    verb('show', 'Show one: what it has to tell, why it fails, what was refused.', showStream).argument(...STREAM),
    'curfew stream show logout:web',
  );
  example(
    verb('resend', 'Tell again what the receiver refused.', resend)
      .argument(...STREAM)
      .option('--seq <number>', 'this one alone; else all'),
    'curfew stream resend JrMjFEXzYwOrj1bP1Yp6Sg --seq 12',
  );
  example(
    verb('pause', 'Hold what happens, and tell nothing, until it is resumed.', pauseStream)
      .argument(...STREAM)
      .option('--reason <reason>', 'what the receiver is told'),
    'curfew stream pause JrMjFEXzYwOrj1bP1Yp6Sg --reason "moving house"',
  );
  example(
    verb('resume', 'Go on telling; also tries a failing one at once.', resumeStream).argument(...STREAM),
    'curfew stream resume JrMjFEXzYwOrj1bP1Yp6Sg',
  );
  example(
    verb('remove', 'Remove a stream, with all that it had not told.', removeStream).argument(...STREAM),
    'curfew stream remove JrMjFEXzYwOrj1bP1Yp6Sg',
  );
  example(
    program
      .command('verify-revocation')
      .description('Measure how soon endings are refused.')
      .option('--count <number>', 'how many sessions are begun and ended (default: 1000)')
      .option('--app <client_id>', 'whose sessions (default: the first that fits)')
      .option('--resource <uri>', 'with tokens for which API (default: the first that fits)')
      .option('--url <url>', 'where the server is called (default: its issuer)')
      .action(answering(surroundings, (options: VerifyOptions) => verifyRevocation(options, surroundings))),
    'curfew verify-revocation --url http://127.0.0.1:3000',
  );
};
