import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { alertmanagerBody } from '../../src/notify/channels/alertmanager.js';
import { accept, createReceiver } from '../app/notify/receiver.js';
import { createFolder } from '../app/process.js';
import { freePort } from '../app/free-port.js';
import { listenHttp, type Listening } from '../checker/server.js';
import { context, member, message } from './sample-message.js';

const program = 'prometheus-alertmanager';
const isThere = spawnSync(program, ['--version']).status === 0 || process.env.CI === 'true';
if (!isThere)
  process.stderr.write(
    'SKIPPED: prometheus-alertmanager is not installed, so its webhook was not compared\n',
  );

const folder = createFolder();
let child: ChildProcess | null = null;
let listening: Listening | null = null;
afterEach(async () => {
  child?.kill('SIGKILL');
  if (child?.exitCode === null && child.signalCode === null) await once(child, 'close');
  await listening?.close();
  folder.clean();
});

interface Body {
  readonly alerts: readonly { readonly labels: object; readonly fingerprint: string }[];
  readonly [member: string]: unknown;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** What a value is, member by member: labels and annotations are whatever they are, texts and times are not compared. */
function shapeOf(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (/[lL]abels$|[aA]nnotations$/.test(name)) {
    const texts = Object.values(value as object).every((text) => typeof text === 'string');
    return texts ? 'texts by name' : value;
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item, key)]));
  if (name === 'status' || name === 'version' || value === '0001-01-01T00:00:00Z') return value;
  if (typeof value === 'string' && isoTime.test(value)) return 'time';
  if (name === 'fingerprint' && /^[0-9a-f]{16}$/.test(String(value))) return 'fingerprint';
  return typeof value;
}

describe('the format of Alertmanager', () => {
  (isThere ? it : it.skip)(
    'has the shape of what the real one sends, for an alert and for its end',
    async () => {
      const receiver = createReceiver(accept);
      listening = await listenHttp(receiver.listener);
      const config = folder.write('alertmanager.yml', {
        route: {
          receiver: 'team',
          group_by: ['alertname'],
          group_wait: '0s',
          group_interval: '1s',
          repeat_interval: '1h',
        },
        receivers: [
          {
            name: 'team',
            webhook_configs: [{ url: `http://127.0.0.1:${listening.port}/`, send_resolved: true }],
          },
        ],
      });
      const port = await freePort();
      child = spawn(
        program,
        [
          `--config.file=${config}`,
          `--storage.path=${folder.path}/alerts`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--cluster.listen-address=',
        ],
        { stdio: 'ignore' },
      );
      const url = `http://127.0.0.1:${port}`;
      while ((await fetch(`${url}/-/ready`).catch(() => null))?.ok !== true) await pause(50);

      const open = message();
      const closed = message({ kind: 'resolved', members: [member({ ended: context.now })] });
      const ours = [open, closed].map((one) => alertmanagerBody(one, context) as unknown as Body);
      const now = Date.now();
      const post = async (body: Body, times: object): Promise<void> => {
        const [{ labels }] = body.alerts as [Body['alerts'][number]];
        const alert = { labels, annotations: { summary: 'down' }, generatorURL: context.publicUrl, ...times };
        const { status } = await fetch(`${url}/api/v2/alerts`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify([alert]),
        });
        expect(status).toBe(200);
      };
      const startsAt = new Date(now - 60_000).toISOString();
      await post(ours[0]!, { startsAt });
      const body = (text: string): Body => JSON.parse(text) as Body;
      const fired = await receiver.until(({ text }) => body(text).status === 'firing');
      await post(ours[0]!, { startsAt, endsAt: new Date(Date.now() - 1_000).toISOString() });
      const resolved = await receiver.until(({ text }) => body(text).status === 'resolved');
      const theirs = [fired, resolved].map(({ text }) => body(text));

      expect(ours.map((one) => shapeOf(one))).toEqual(theirs.map((one) => shapeOf(one)));
      expect(ours.map((one) => Object.keys(one).toSorted())).toEqual(
        theirs.map((one) => Object.keys(one).toSorted()),
      );
      // One alert has one fingerprint, from its beginning to its end.
      for (const [first, last] of [ours, theirs])
        expect(first?.alerts[0]?.fingerprint).toBe(last?.alerts[0]?.fingerprint);
      expect(fired.headers['content-type']).toBe('application/json');
    },
    30_000,
  );
});
