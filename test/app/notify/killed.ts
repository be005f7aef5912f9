import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { openStoreReader } from '../../../src/store/sqlite/store-reader.js';
import { migrationsDir } from '../../store/samples.js';
import type { Site } from '../registry.js';
import { createReceiver, type Received } from './receiver.js';

interface Amount {
  readonly models: number;
  readonly kills: number;
  /** Messages that are taken before the end. */
  readonly messages: number;
}

/** Fails half of the attempts, after it has read them; for one model never two in a row, whose next one comes after minutes. */
function createUnreliable() {
  const failing = new Set<string>();
  const taken = new Map<string, Received>();
  let failed = 0;
  const receiver = createReceiver((response, request) => {
    const { id, members } = request.json().data;
    const model = members[0]?.model ?? '';
    // One that it has is taken again: its answer was lost with the daemon.
    if (!taken.has(id) && !failing.delete(model) && Math.random() < 0.67) {
      failing.add(model);
      failed += 1;
      response.writeHead(500).end();
      return;
    }
    if (!taken.has(id)) taken.set(id, request);
    response.writeHead(200).end();
  });
  return { receiver, taken, failed: () => failed };
}

/** Kills a daemon at random while its models fail and its receiver too; then compares what was told with what is stored. */
export async function killWhileTelling(site: Site, { models, kills, messages }: Amount): Promise<void> {
  const { receiver, taken, failed } = createUnreliable();
  const { port } = await site.serve(receiver.listener);
  const names = Array.from({ length: models }, (_, index) => `m${index}`);
  const configure = (play: string): string =>
    site.configure(
      names.map((id) => site.model(play, { id })),
      {
        notifications: {
          channels: { hook: { webhook: { url: `http://127.0.0.1:${port}/` } } },
          group: { by: ['model'], wait: '0s', update_every: '1s' },
          limits: { per_channel: '100000 per 1s', per_model: '100000 per 1m' },
          tell: { degraded: false, unknown: false },
        },
      },
    );
  const config = configure('down-2s-every-5s');
  for (let kill = 0; kill < kills; kill += 1) {
    const daemon = await site.daemon(config);
    const wanted = Math.ceil((messages * (kill + 1)) / kills);
    while (taken.size < wanted) await pause(20);
    // Only varies the moment.
    await pause(Math.random() * 1_000);
    daemon.child.kill('SIGKILL');
    await daemon.ended;
  }
  configure('healthy');
  const daemon = await site.daemon(config);
  const waiting = async (): Promise<number> =>
    ((await daemon.get('/api/v1/notifications?state=pending')).json() as { items: object[] }).items.length;
  const open = async (): Promise<number> =>
    ((await daemon.get('/api/v1/incidents?open=true')).json() as { items: object[] }).items.length;
  while ((await open()) > 0) await pause(100);
  const told = (): number =>
    [...lastOf(taken.values()).values()].filter((member) => member.ended === null).length;
  while (told() > 0 || (await waiting()) > 0) await pause(100);
  daemon.child.kill('SIGKILL');
  await daemon.ended;

  expect(failed()).toBeGreaterThan(messages / 4);
  const store = openStoreReader(`${site.folder.path}/pulse.db`, migrationsDir);
  const incidents = await store.incidents({ limit: 100_000 });
  await store.close();
  for (const model of names) {
    const members = [...taken.values()].flatMap((request) =>
      request.json().data.members.filter((member) => member.model === model),
    );
    const stored = incidents.filter((incident) => incident.model === model);
    // None is missing, none is told twice: each beginning is counted by exactly one message.
    expect([model, members.reduce((sum, { times }) => sum + times, 0)]).toEqual([model, stored.length]);
    const opened = stored.map(({ openedAt }) => new Date(openedAt).toISOString());
    for (const { since } of members) expect(opened).toContain(since);
    expect(members.map(({ since }) => since)).toEqual(members.map(({ since }) => since).toSorted());
  }
}

/** What was told of each model last. */
function lastOf(requests: Iterable<Received>) {
  return new Map(
    [...requests].flatMap((request) => request.json().data.members.map((member) => [member.model, member])),
  );
}
