/** Owns what a run of the benchmark may be told. */
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { STORES, type StoreName } from './databases.ts';

/** The parts of a run; `--only` picks some of them. */
const PARTS = ['speed', 'storage', 'million', 'resource-server', 'profile'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly runs: number;
  readonly phones: number;
  readonly connections: number;
  /** Device sessions in the large store. */
  readonly many: number;
  /** Phones that refresh in it, spread over all of it. */
  readonly active: number;
  /** Device sessions whose bytes are counted. */
  readonly stored: number;
  readonly parts: ReadonlySet<Part>;
  /** What Curfew runs on; but for sqlite, speed alone is measured. */
  readonly store: StoreName;
  /** Another checkout of Curfew, measured beside this one. */
  readonly against: string | undefined;
  /** Where the databases lie; a disk, not memory. */
  readonly folder: string;
  /** Where the figures go as JSON, besides the table. */
  readonly json: string | undefined;
  /** A document that holds the report between its two marks, and gets the new one. */
  readonly into: string | undefined;
}

const USAGE = `npm run bench -- [options]
  --seconds N      how long each figure is measured (10)
  --warm-up N      how long the load runs before (10)
  --runs N         rounds; the figures are medians (3)
  --phones N       signed-in phones, each with a family of its own (1000)
  --connections N  kept-alive connections, one request at a time on each (32)
  --many N         device sessions in the large store (1000000)
  --active N       phones that refresh in it, one after the other (20000)
  --quick          a smoke run of some seconds: its figures mean nothing
  --only A,B       parts: ${PARTS.join(', ')}
  --store NAME     ${STORES.join(' | ')} (sqlite); on the others speed alone is measured, beside the stock library on them
  --skip-million   all parts but that one
  --against DIR    another checkout of Curfew, measured in the same rounds
  --folder DIR     where the databases lie (the system's folder for temporary files)
  --json FILE      the figures, for another program
  --into FILE      puts the report where docs/benchmarks.md has the last one
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
    runs: { type: 'string' },
    phones: { type: 'string' },
    connections: { type: 'string', default: '32' },
    many: { type: 'string' },
    active: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: PARTS.join(',') },
    store: { type: 'string', default: 'sqlite' },
    'skip-million': { type: 'boolean', default: false },
    against: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
    into: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const refuse = (text: string): never => {
  process.stderr.write(`${text}\n`);
  process.exit(2);
};

const whole = (name: keyof typeof values, usual: number, quick: number): number => {
  const given = values[name];
  const number = given === undefined ? (values.quick ? quick : usual) : Number(given);
  return Number.isFinite(number) && number > 0 ? number : refuse(`--${name} takes a number above 0`);
};

const isPart = (name: string): name is Part => PARTS.some((part) => part === name);

const store = (): StoreName =>
  STORES.find((name) => name === values.store) ?? refuse(`--store takes one of ${STORES.join(' | ')}`);

const parts = (): ReadonlySet<Part> => {
  if (store() !== 'sqlite') return new Set(['speed']);
  const asked = values.only
    .split(',')
    .map((name) => (isPart(name) ? name : refuse(`--only: there is no part ${name}`)));
  return new Set(asked.filter((part) => !(values['skip-million'] && part === 'million')));
};

export const readOptions = (): Options => {
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  return {
    seconds: whole('seconds', 10, 1),
    warmUpSeconds: whole('warm-up', 10, 1),
    runs: whole('runs', 3, 1),
    phones: whole('phones', 1000, 200),
    connections: whole('connections', 32, 32),
    many: whole('many', 1_000_000, 20_000),
    active: whole('active', 20_000, 2000),
    stored: values.quick ? 200 : 1000,
    parts: parts(),
    store: store(),
    against: values.against,
    folder: values.folder,
    json: values.json,
    into: values.into,
  };
};
