/** Owns what docs/openapi.yaml says: its operations, and whether an answer is one that it names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Reply } from './phone.ts';

interface Ref {
  readonly $ref?: string;
}

interface Answer extends Ref {
  readonly headers?: Readonly<Record<string, Ref>>;
  readonly content?: Readonly<Record<string, object>>;
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly enum?: readonly string[] }>> };
}

export const openapi = parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'openapi.yaml'), 'utf8'),
) as Document;

const ajv = new Ajv2020({ strict: false, allErrors: true, schemas: [{ ...openapi, $id: 'api' }] });
(addFormats as unknown as (on: Ajv2020) => void)(ajv);

const escaped = (key: string): string => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

const resolved = <T extends Ref>(node: T): T => {
  if (node.$ref === undefined) return node;
  const found = node.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], openapi);
  return found as T;
};

/** `GET /sessions`, and what else there is. */
export const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({
    call: `${method.toUpperCase()} ${path}`,
    statuses: Object.keys(responses).map(Number),
  })),
);

const expectBody = (call: string, at: string, { content = {} }: Answer, { headers, body, status }: Reply): void => {
  const [type] = Object.keys(content);
  if (type === undefined) {
    expect(body, `${call} ${status}`).to.deep.equal({});
    return;
  }
  expect(headers.get('content-type')?.split(';')[0], `${call} ${status}`).to.equal(type);
  const validate = ajv.getSchema(`api#${at}/content/${escaped(type)}/schema`);
  if (!validate) throw new Error(`no schema at ${at}`);
  expect(validate(body), `${call} ${status}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`).to.equal(
    true,
  );
};

/** Whether an answer to a call is as the document has it: status, headers, type and body. */
export const expectDocumented = (call: string, reply: Reply): void => {
  const [method = '', path = ''] = call.split(' ');
  const named = openapi.paths[path]?.[method.toLowerCase()]?.responses[String(reply.status)];
  if (!named)
    throw new Error(`${call} answers ${reply.status}, which is not documented: ${JSON.stringify(reply.body)}`);
  const answer = resolved(named);
  for (const header of Object.keys(answer.headers ?? {}))
    expect(reply.headers.get(header), `${call}: ${header}`).to.be.a('string');
  const at = named.$ref?.slice(1) ?? `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${reply.status}`;
  expectBody(call, at, answer, reply);
};
