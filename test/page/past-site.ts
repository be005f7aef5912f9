import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { createAnnotations, createPauses } from '../../src/app/operator.js';
import { createRecording, type Recording } from '../../src/app/recording.js';
import { pastOf } from '../../src/app/stored-past.js';
import { note, show } from '../../src/app/tracked.js';
import { readUptime } from '../../src/app/uptime-refresh.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { loadConfig, type LoadedConfig } from '../../src/config/read/load.js';
import { monotonicMs } from '../../src/domain/clock.js';
import { keysAfter } from '../../src/domain/keys.js';
import { dayMs } from '../../src/domain/period.js';
import type { CheckKind, CheckResult, RecordedResult } from '../../src/domain/result.js';
import { answerLong } from '../../src/http/long-read.js';
import type { Backend } from '../../src/http/port.js';
import type { ServerOptions } from '../../src/http/server.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import { answerReport } from '../../src/report/report-answer.js';
import { inventPast } from '../../src/simulator/invented-past.js';
import type { Store } from '../../src/store/port.js';
import { openHistoryReader } from '../../src/store/sqlite/history-reader.js';
import { openStore } from '../../src/store/sqlite/sqlite-store.js';
import { createFakeBackend } from '../http/fake-backend.js';
import { startServer, type Running } from '../http/running-server.js';
import { migrationsDir, result, silent } from '../store/samples.js';
import { hasBrowser } from './browser.js';

/** When the pages are read: 27 November 2026, 09:42:16 UTC. */
export const readAt = Date.UTC(2026, 10, 27, 9, 42, 16);

/** The models, the history and the annotations behind a server whose clock stands still. */
export interface PastSite {
  readonly config: LoadedConfig;
  readonly store: Store;
  readonly recording: Recording;
  readonly annotations: Backend['annotations'];
  readonly pauses: Backend['pauses'];
  /** Records a result of a model, as a check that started `secondsAgo` would have given it. */
  check(
    id: string,
    secondsAgo: number,
    found?: Partial<CheckResult>,
    kind?: CheckKind,
  ): Promise<RecordedResult>;
  /** Sets the clock of what is written from now on; pages are read at `readAt`. */
  setClock(now: number): void;
  /** A server over it, closed after the test. */
  serve(changes?: { backend?: Partial<Backend>; options?: Partial<ServerOptions> }): Promise<Running>;
}

const retention = {
  checksMs: 90 * dayMs,
  failuresMs: 90 * dayMs,
  hoursMs: 400 * dayMs,
  daysMs: 1_825 * dayMs,
};

async function openSite(
  folder: string,
  configuration: object,
): Promise<PastSite & { close(): Promise<void> }> {
  const file = join(folder, 'modelpulse.yaml');
  writeFileSync(file, stringify(configuration));
  const config = await loadConfig(file, {}, capabilities);
  const path = join(folder, 'pulse.db');
  const { models, statusPages, maintenance } = config.settings;
  await inventPast({ path, migrationsDir, models, now: readAt });
  const clock = {
    now: readAt - 8 * 60_000,
    wall: () => clock.now,
    monotonic: () => monotonicMs(performance.now()),
  };
  const log = pino({ level: 'silent' });
  const store = openStore({
    ...{ path, migrationsDir, clock, log: silent },
    retention: () => retention,
    onCorrupt: 'stop',
  });
  const metrics = createMonitorMetrics({ version: '0', missed: new Map() });
  const quiet = { stateChanged: () => undefined, publish: () => undefined };
  const recording = createRecording({ store, calendar: createCalendar(), clock, log, metrics, ...quiet });
  const { roster, recorder, writer, windows } = recording;
  const { added } = await roster.replace(models, clock.now, () => readAt + 44_000);
  windows.replace(maintenance, clock.now, added);
  await writer.flush();
  const reader = openHistoryReader(path, migrationsDir);
  const annotations = createAnnotations({
    ...{ store, clock, roster },
    async excluded(tracked) {
      windows.excluded(tracked, clock.wall());
      await writer.flush();
    },
  });
  const pauses = createPauses({ clock, roster, log, replanned: () => writer.flush() });

  const check: PastSite['check'] = async (id, secondsAgo, found = {}, kind = 'scheduled') => {
    const tracked = roster.get(id);
    if (tracked === undefined) throw new Error(`no model is named ${id}`);
    const usual = result(readAt - secondsAgo * 1_000);
    const { keys } = tracked.memory;
    const certificateExpiresAt = readAt + 48 * dayMs;
    const merged = { ...usual, certificateExpiresAt, responseModel: tracked.view.model.modelName, ...found };
    if (keys !== null) note(tracked, { keys: keysAfter(keys, merged) });
    const recorded = recorder.record(tracked, merged, usual.slot, kind);
    await writer.flush();
    return recorded;
  };

  const readLong: Backend['readLong'] = async (question) => {
    const { text, before } =
      question.kind === 'report'
        ? { text: await answerReport(reader.report, question.ask, pastOf), before: null }
        : await answerLong(reader, question);
    return { text: Buffer.from(text), before };
  };

  return {
    ...{ config, store, recording, annotations, pauses, check },
    setClock: (now) => (clock.now = now),
    async serve({ backend = {}, options = {} } = {}) {
      await writer.flush();
      for (const tracked of roster.all()) show(tracked, await readUptime(store, tracked.view, readAt));
      const whole = createFakeBackend(
        {},
        {
          views: () => [...roster.all()].map(({ view }) => view),
          view: (id) => roster.get(id)?.view,
          ...{ store, readLong, annotations, pauses },
          checkNow: (id) => check(id, 0, {}, 'manual'),
          configurationOf: config.effectiveOf,
          now: () => readAt,
          ...backend,
        },
      );
      return startServer(whole, {
        publicPages: () => ({ pages: statusPages, maintenance, baseUrl: 'https://pulse.example.com' }),
        ...options,
      });
    },
    async close() {
      await writer.drain();
      reader.close();
      await store.close();
    },
  };
}

/**
 * A site for the tests of a file, over a real database: 90 invented days for the models of the configuration, of which those named as
 * in the demo have its troubles, and what `live` adds at their end.
 */
export function usePastSite(configuration: object, live: (site: PastSite) => Promise<void>): () => PastSite {
  let site: Awaited<ReturnType<typeof openSite>> | null = null;
  let folder: string | null = null;
  beforeAll(async () => {
    if (!hasBrowser) return;
    folder = mkdtempSync(join(tmpdir(), 'modelpulse-past-'));
    site = await openSite(folder, configuration);
    await live(site);
  }, 90_000);
  afterAll(async () => {
    await site?.close();
    if (folder !== null) rmSync(folder, { recursive: true });
  });
  return () => {
    if (site === null) throw new Error('outside of a test');
    return site;
  };
}
