import { expect } from 'chai';
import { type Config, resolveConfig } from '../../server/config.ts';
import type { FileInput } from '../../server/config-file.ts';
import type { CurfewError } from '../../server/errors.ts';

export const ISSUER = 'https://auth.example.com';
export const SECRET = 'a-master-secret-of-forty-eight-characters-or-so!';
export const API = 'https://api.example.com';

const CLIENT_SECRET = 'hunter2-hunter2-hunter2-hunter2-hunter2';

export const phone = { client_id: 'phone', redirect_uris: ['com.example.phone:/callback'] };
export const web = {
  client_id: 'web',
  client_secret: CLIENT_SECRET,
  redirect_uris: ['https://app.example.com/callback'],
};
/** A resource server, which only introspects. */
export const api = { client_id: 'api', client_secret: CLIENT_SECRET, grant_types: [], response_types: [] };

export const resolve = (file: unknown, production = false): Config =>
  resolveConfig({ issuer: ISSUER, secrets: [SECRET], production, ...(file as FileInput) }, {});

export const problemsOf = (file: unknown, production = false): readonly string[] => {
  try {
    resolve(file, production);
  } catch (error) {
    return (error as CurfewError).detail?.split('\n') ?? [];
  }
  return [];
};

/** A test a row: refused with one sentence that says so, and without the secret. */
export const refuses = (rows: readonly [name: string, file: unknown, sentence: string][]): void => {
  for (const [name, file, sentence] of rows)
    it(`refuses ${name}`, () => {
      const problems = problemsOf(file);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include(sentence).and.not.to.include('hunter2');
    });
};
