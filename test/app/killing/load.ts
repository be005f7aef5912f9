import { createParser } from 'eventsource-parser';
import type { RunningDaemon } from '../process.js';
import type { Witness } from './witness.js';

type Result = Parameters<Witness['saw']>[0];

/**
 * Asks a daemon for everything that shows or writes results, until it is gone; resolves then. What was cut off is as if it had
 * never been shown.
 */
export async function loadUntilGone(
  running: RunningDaemon,
  parts: {
    readonly models: readonly string[];
    readonly witness: Witness;
    /** A number in [0, 1). */
    readonly random: () => number;
    /** Writes another configuration. */
    readonly reconfigure: () => void;
    /** Called after each answer. */
    readonly answered: () => void;
  },
): Promise<void> {
  const { models, witness, random, reconfigure, answered } = parts;
  const any = (): string => models[Math.floor(random() * models.length)]!;
  const heard: Result[] = [];

  const repeat = async (ask: () => Promise<() => void>): Promise<void> => {
    for (;;) {
      const shown = await ask().catch(() => null);
      if (shown === null) return;
      shown();
      answered();
    }
  };
  const post = () =>
    repeat(async () => {
      const { status, json } = await running.post(`/api/v1/models/${any()}/check`);
      return () => {
        if (status === 200) witness.saw(json() as Result);
      };
    });
  const list = () =>
    repeat(async () => {
      const { status, json } = await running.get(`/api/v1/models/${any()}/checks?limit=50`);
      return () => {
        if (status === 200) (json() as { items: Result[] }).items.forEach(witness.saw);
      };
    });
  const scrape = () =>
    repeat(async () => {
      const { text } = await running.get('/metrics');
      return () => witness.scraped(text);
    });
  const reload = () =>
    repeat(async () => {
      reconfigure();
      await running.post('/-/reload');
      return () => undefined;
    });
  const listen = async (): Promise<void> => {
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === 'result') heard.push(JSON.parse(data) as Result);
      },
    });
    const response = await fetch(`${running.url}/api/v1/events`).catch(() => null);
    const decoder = new TextDecoder();
    const reader = response?.body?.getReader();
    for (;;) {
      const chunk = await reader?.read().catch(() => null);
      if (!chunk || chunk.done) return;
      parser.feed(decoder.decode(chunk.value, { stream: true }));
    }
  };
  await Promise.all([post(), post(), post(), post(), post(), list(), scrape(), reload(), listen()]);
  heard.forEach(witness.saw);
}
