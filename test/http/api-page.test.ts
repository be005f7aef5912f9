import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { createServer } from '../../src/http/server.js';
import { createFakeBackend } from './fake-backend.js';

interface Described {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, object> }>>;
}
interface Question {
  /** Such as `GET /livez`. */
  readonly asked: string;
  /** Null where the page shows none, or none that is JSON. */
  readonly answer: unknown;
}

const page = readFileSync('docs/api.md', 'utf8');

async function describedRoutes(): Promise<Described> {
  const app = createServer(createFakeBackend(), {
    version: '1.2.3',
    access: () => ({ token: null, readTokens: [], publicBadges: false }),
    hosts: () => ({ allowed: [], local: true }),
    report: () => undefined,
  });
  await app.ready();
  const described = JSON.parse(JSON.stringify(app.swagger())) as Described;
  await app.close();
  return described;
}

function operationsOf({ paths }: Described): string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** What the page asks with curl, and the answer that follows. */
function questionsOn(text: string): Question[] {
  const blocks = text.matchAll(/^```sh\n(curl (?:.*\\\n)*.*)\n```\n(?:\n```json\n([\s\S]*?)^```$)?/gm);
  return [...blocks].map(([, command = '', json]) => {
    const method = / -X (\w+)/.exec(command)?.[1] ?? (command.includes(" -d '") ? 'POST' : 'GET');
    const url = /http:\/\/127\.0\.0\.1:9464[^\s']*/.exec(command)?.[0] ?? '';
    return {
      asked: `${method} ${new URL(url).pathname}`,
      answer: json === undefined ? null : (JSON.parse(json) as unknown),
    };
  });
}

describe('API page', () => {
  it('lists every route and no other', async () => {
    const named = [...page.matchAll(/`((?:GET|POST|DELETE) \/[^\s`]*)`/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(operationsOf(await describedRoutes()).sort());
  });

  it('has a valid request in each section, and example replies that match the schema', async () => {
    const described = await describedRoutes();
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(described, 'openapi');
    const questions = questionsOn(page);
    expect(questions.length).toBe(page.match(/^```sh$/gm)!.length);
    const operations = operationsOf(described);
    const asked = questions.map(({ asked, answer }) => {
      const fits = (operation: string): boolean =>
        new RegExp(`^${operation.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked);
      const operation = operations.find(fits);
      if (operation === undefined) throw new Error(`${asked} is no route`);
      if (answer !== null) {
        const [method = '', path = ''] = operation.split(' ');
        const { responses } = described.paths[path]![method.toLowerCase()]!;
        const failed = typeof answer === 'object' && 'code' in answer;
        const status = failed ? '4XX' : Object.keys(responses).find((key) => key.startsWith('2'))!;
        const pointer = [
          'paths',
          path,
          method.toLowerCase(),
          'responses',
          status,
          'content',
          'application/json',
        ];
        const escaped = pointer.map((part) =>
          encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
        );
        const validate = ajv.compile({ $ref: `openapi#/${escaped.join('/')}/schema` });
        validate(answer);
        expect({ asked, errors: validate.errors }).toEqual({ asked, errors: null });
      }
      return operation;
    });
    const sections = [...page.matchAll(/^### `(.*)`$/gm)].map(([, name]) => name);
    expect(sections.filter((section) => !asked.includes(section!))).toEqual([]);
  });
});
