/** Owns how settings and file become one configuration, or the list of what is wrong with them. */
import type { Config, ConfigInput } from './config.ts';
import { secretVariable } from './config-clients.ts';
import { type FileInput, fileSchema, resolveFile } from './config-file.ts';
import { problem, problemsOf } from './config-problems.ts';
import { demoFile, developmentSecret } from './config-reading.ts';
import {
  type Environment,
  environmentName,
  FILE_SETTING,
  readEnvironment,
  SETTINGS,
  type SettingsInput,
  settingsSchema,
  unknownSettings,
} from './config-settings.ts';
import { defined } from './defined.ts';
import { CurfewError } from './errors.ts';

interface Source {
  readonly settings: SettingsInput;
  /** Not checked yet. Absent: the made-up one of development. */
  readonly file: unknown;
  readonly env: Environment;
  /** Turns a setting's key into the name that the reader gave it by. */
  readonly nameOf: (path: string) => string;
  /** What was found wrong before. */
  readonly problems: readonly string[];
}

const LOOPBACK_ISSUER = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)([:/]|$)/;

const refuse = (problems: readonly string[]): void => {
  if (problems.length > 0) throw new CurfewError('wrong_configuration', { detail: problems.join('\n') });
};

/** Production makes nothing up, and sends nothing in clear over a network. */
const productionProblems = ({ issuer, secrets }: SettingsInput, nameOf: Source['nameOf']): readonly string[] => {
  const inClear = issuer?.startsWith('http:') && !LOOPBACK_ISSUER.test(issuer);
  return [
    ...(issuer === undefined
      ? [problem(nameOf('issuer'), issuer, 'the https address that apps use; production makes none up')]
      : []),
    ...(inClear ? [problem(nameOf('issuer'), issuer, 'https in production; http on a loopback address alone')] : []),
    ...(secrets === undefined
      ? [problem(nameOf('secrets'), secrets, 'at least one secret of 32 characters or more; production makes none up')]
      : []),
  ];
};

/** One listener would take the other's place, and which one would be chance. */
const portProblems = ({ port = SETTINGS.port.default, metricsPort }: SettingsInput, nameOf: Source['nameOf']) =>
  metricsPort === port ? [problem(nameOf('metricsPort'), metricsPort, `any but ${nameOf('port')}`)] : [];

const storeProblems = ({ mongodbUri, redisUrl }: SettingsInput, nameOf: Source['nameOf']): readonly string[] =>
  redisUrl !== undefined && mongodbUri === undefined
    ? [`${nameOf('redisUrl')} needs ${nameOf('mongodbUri')}: Redis keeps only what may be lost.`]
    : [];

/** One without the other sends nothing. */
const mailProblems = ({ smtpUrl, mailFrom }: SettingsInput, nameOf: Source['nameOf']): readonly string[] => {
  if ((smtpUrl === undefined) === (mailFrom === undefined)) return [];
  const [given, missing] = smtpUrl === undefined ? ['mailFrom', 'smtpUrl'] : ['smtpUrl', 'mailFrom'];
  return [`${nameOf(given)} needs ${nameOf(missing)}.`];
};

/** Everything that shows without looking at two values at once. */
const structureProblems = ({ settings, file = {}, nameOf }: Source): readonly string[] => {
  const settingsError = settingsSchema.safeParse(settings).error;
  const fileError = fileSchema.safeParse(file).error;
  return [
    ...(settingsError ? problemsOf(settingsError, settings, nameOf) : []),
    ...(fileError ? problemsOf(fileError, file) : []),
    ...portProblems(settings, nameOf),
    ...(settings.production ? productionProblems(settings, nameOf) : []),
    ...storeProblems(settings, nameOf),
    ...mailProblems(settings, nameOf),
  ];
};

const nodeDefaults = ({ mongodbUri, redisUrl, mongodbReadConcern, drainSeconds }: SettingsInput) => ({
  ...defined({ mongodbUri, redisUrl }),
  mongodbReadConcern: mongodbReadConcern ?? SETTINGS.mongodbReadConcern.default,
  drainSeconds: drainSeconds ?? SETTINGS.drainSeconds.default,
});

const networksOf = ({ trustedProxies, receiverNetworks }: SettingsInput) => ({
  trustedProxies: trustedProxies ?? SETTINGS.trustedProxies.default,
  receiverNetworks: receiverNetworks ?? SETTINGS.receiverNetworks.default,
});

/** A key that was left out stays away. */
const optional = ({ eventsFile, metricsPort, smtpUrl, mailFrom }: SettingsInput) =>
  defined({ eventsFile, metricsPort, smtpUrl, mailFrom });

const withDefaults = ({ issuer, ...settings }: SettingsInput) => {
  const port = settings.port ?? SETTINGS.port.default;
  return {
    issuer: issuer ?? `http://127.0.0.1:${port}`,
    host: settings.host ?? SETTINGS.host.default,
    port,
    dataDir: settings.dataDir ?? SETTINGS.dataDir.default,
    production: settings.production ?? SETTINGS.production.default,
    ...networksOf(settings),
    logLevel: settings.logLevel ?? SETTINGS.logLevel.default,
    ...nodeDefaults(settings),
    ...optional(settings),
    metricsHost: settings.metricsHost ?? SETTINGS.metricsHost.default,
    passwordMinimumCharacters: settings.passwordMinimumCharacters ?? SETTINGS.passwordMinimumCharacters.default,
    eventRetentionSeconds: settings.eventRetentionSeconds ?? SETTINGS.eventRetentionSeconds.default,
    storeTimeoutSeconds: settings.storeTimeoutSeconds ?? SETTINGS.storeTimeoutSeconds.default,
  };
};

/** Whether what contradicts what can be looked at: every value has its shape. */
const isReadable = ({ settings, file = {} }: Source): boolean =>
  settingsSchema.safeParse(settings).success && fileSchema.safeParse(file).success;

/** A secret is made, and written to the disk, only once everything that was given has been found good. */
const assemble = (source: Source): Config => {
  const settings = withDefaults(source.settings);
  const context = { ...settings, env: source.env };
  const isGiven = source.file !== undefined && isReadable(source);
  const given = isGiven ? resolveFile(source.file as FileInput, context) : undefined;
  refuse([...source.problems, ...structureProblems(source), ...(given?.problems ?? [])]);
  const [newest = developmentSecret(settings.dataDir), ...older] = source.settings.secrets ?? [];
  const { config } = given ?? resolveFile(demoFile(newest), context);
  return { ...settings, secrets: [newest, ...older], ...config, demo: given === undefined };
};

const present = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

export const assembleHosted = (input: ConfigInput, env: Environment): Config => {
  const { clients, resources, scopes, lifetimes, dpop, ...settings } = input;
  const missing = input.issuer === undefined ? [problem('issuer', undefined, 'the URL that apps use')] : [];
  return assemble({
    settings: { ...settings, production: settings.production ?? env['NODE_ENV'] === 'production' },
    file: present({ clients, resources, scopes, lifetimes, dpop }),
    env,
    nameOf: (path) => path,
    problems: missing,
  });
};

/** The variables that the file's own secrets are read from. */
const secretVariables = (file: unknown): ReadonlySet<string> => {
  const clients = fileSchema.safeParse(file).data?.clients ?? [];
  return new Set(clients.flatMap(({ client_secret: secret }) => secretVariable(secret) ?? []));
};

export const assembleProcess = (env: Environment, file: unknown): Config => {
  const settings = readEnvironment(env);
  const missing =
    settings.production && file === undefined
      ? [problem(FILE_SETTING.name, undefined, 'the path of a configuration file; production makes no clients up')]
      : [];
  const problems = [...unknownSettings(env, secretVariables(file)), ...missing];
  return assemble({ settings, file, env, nameOf: environmentName, problems });
};
