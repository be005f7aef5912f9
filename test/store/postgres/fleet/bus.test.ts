import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { systemClock } from '../../../../src/domain/clock.js';
import { systemTimers } from '../../../../src/domain/timers.js';
import { channelOf } from '../../../../src/store/postgres/fleet/bus.js';
import { withServer } from '../server.js';
import { openWay } from './way.js';
import { until, useMembers, type Members } from './members.js';

const real = { clock: systemClock, timers: systemTimers };

withServer('the bus', (server) => {
  const members = useMembers(server);

  const endListeners = ({ sql }: Members) =>
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'modelpulse bus'");
  /** Sends any text, as a stranger with the database's password may. */
  const send = ({ connection, url }: Members) => {
    const schema = /search_path=(\w+)/.exec(url)?.[1] ?? '';
    const opened = connection();
    return async (text: string, to = '') => {
      await (
        await opened
      ).query('SELECT pg_notify($1, $2)', [`${channelOf(schema)}${to === '' ? '' : `_${to}`}`, text]);
    };
  };

  it('brings what is published to all other instances, and to none of another schema', async () => {
    const [ours, others] = [await members(), await members()];
    const heard: unknown[] = [];
    const [a, b, c] = [await ours.join(real), await ours.join(real), await ours.join(real)];
    const stranger = await others.join(real);
    for (const [name, { fleet }] of Object.entries({ a, b, c, stranger }))
      fleet.bus.subscribe('note', (body, from) => void heard.push([name, body, from]));
    const stop = c.fleet.bus.subscribe('note', () => void heard.push('again'));
    stop();
    await a.fleet.bus.publish('note', { text: 'é', list: [1, null] });
    await until(() => heard.length === 2, 'two messages');
    // What is sent later comes later: nothing else was on the way.
    await b.fleet.bus.ask(a.fleet.id, 'nothing', null, 5_000).catch(() => undefined);
    expect(heard).toHaveLength(2);
    expect(heard).toEqual(
      expect.arrayContaining([
        ['b', { text: 'é', list: [1, null] }, a.fleet.id],
        ['c', { text: 'é', list: [1, null] }, a.fleet.id],
      ]),
    );
  });

  it('brings questions to one instance and its answer back', async () => {
    const { join } = await members();
    const [a, b] = [await join(real), await join(real)];
    b.fleet.bus.subscribe('double', (body) => Promise.resolve(Number(body) * 2));
    b.fleet.bus.subscribe('fails', () => Promise.reject(new Error('not today')));
    b.fleet.bus.subscribe('long', () => 'x'.repeat(4_000));
    b.fleet.bus.subscribe('nothing', () => undefined);
    const ask = (kind: string, body: unknown = null) => a.fleet.bus.ask(b.fleet.id, kind, body, 10_000);
    expect(await Promise.all([1, 2, 3].map((n) => ask('double', n)))).toEqual([2, 4, 6]);
    expect(await ask('nothing')).toBeNull();
    await expect(ask('fails')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('not today') as unknown,
    });
    await expect(ask('unknown')).rejects.toMatchObject({ kind: 'refused' });
    await expect(ask('long')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('longer than 4000 bytes') as unknown,
    });
    await expect(ask('double', 'é'.repeat(2_000))).rejects.toMatchObject({ kind: 'too_long' });
    await expect(a.fleet.bus.publish('Not A Kind', null)).rejects.toThrow('a kind of messages');
    // Of itself.
    expect(await b.fleet.bus.ask(b.fleet.id, 'double', 4, 10_000)).toBe(8);
  });

  it('says when there is no such instance, and when none answers in time', async () => {
    const { open, join, age } = await members();
    const a = await open();
    const b = await join(real);
    await a.fleet.start();
    await expect(a.fleet.bus.ask('0123456789abcdef', 'note', null, 1_000)).rejects.toMatchObject({
      kind: 'no_such_instance',
    });
    let asked = false;
    b.fleet.bus.subscribe('silent', () => {
      asked = true;
      return new Promise(() => undefined);
    });
    const answer = a.fleet.bus.ask(b.fleet.id, 'silent', null, 3_000);
    const late = expect(answer).rejects.toMatchObject({
      kind: 'no_answer',
      message: `the instance ${b.fleet.id} did not answer within 3 s`,
    });
    await until(() => asked, 'the question');
    await a.time.pass(3_000);
    await late;
    await age(15_000);
    await expect(a.fleet.bus.ask(b.fleet.id, 'silent', null, 1_000)).rejects.toMatchObject({
      kind: 'no_such_instance',
    });
  });

  it('is away when its connection ends, and comes back by itself', async () => {
    const all = await members();
    const a = await all.join();
    const b = await all.join(real);
    let returned = 0;
    a.fleet.bus.onReturn(() => (returned += 1));
    b.fleet.bus.subscribe('silent', () => new Promise(() => undefined));
    const waiting = a.fleet.bus.ask(b.fleet.id, 'silent', null, 60_000);
    const lost = expect(waiting).rejects.toMatchObject({ kind: 'away' });
    await endListeners(all);
    await lost;
    await until(() => !a.fleet.bus.isOpen(), 'the end of the connection');
    await expect(a.fleet.bus.ask(b.fleet.id, 'silent', null, 1_000)).rejects.toMatchObject({ kind: 'away' });
    await a.time.pass(250);
    await until(() => a.fleet.bus.isOpen() && b.fleet.bus.isOpen(), 'the return of the bus');
    expect(returned).toBe(1);
    b.fleet.bus.subscribe('name', () => 'b');
    expect(await a.fleet.bus.ask(b.fleet.id, 'name', null, 10_000)).toBe('b');
    expect(a.logged.filter((line) => line.includes('messages'))).toEqual([
      expect.stringMatching(/^warn: no messages from other instances/),
      expect.stringMatching(/^info: messages from other instances arrive again/),
    ]);
  });

  it('comes back after a restart of the server', async () => {
    const { join } = await members();
    const [a, b] = [await join(real), await join(real)];
    const heard: unknown[] = [];
    b.fleet.bus.subscribe('note', (body) => void heard.push(body));
    await server().stop();
    await expect(a.fleet.bus.publish('note', 1)).rejects.toMatchObject({ kind: 'away' });
    await until(() => !a.fleet.bus.isOpen() && !b.fleet.bus.isOpen(), 'the end of the connections');
    await server().start();
    await until(() => a.fleet.bus.isOpen() && b.fleet.bus.isOpen(), 'the return of the bus');
    await a.fleet.bus.publish('note', 2);
    await until(() => heard.length > 0, 'a message');
    expect(heard).toEqual([2]);
  });

  it('says where LISTEN does not work, and tries again', async () => {
    const { open } = await members();
    // Notifications stay in their database, as behind a pooler of transactions they stay in another connection.
    await server().sql('postgres', 'CREATE DATABASE elsewhere');
    const { fleet, time, logged } = await open({ listenUrl: server().url('elsewhere') });
    const starting = fleet.start();
    await until(async () => {
      const waiting = await server().sql(
        'postgres',
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'elsewhere' AND query LIKE 'LISTEN%' AND state = 'idle'",
      );
      return waiting.trim() === '1';
    }, 'a connection that listens');
    await until(() => fleet.owned().length > 0, 'the first shards');
    await time.pass(4_000);
    await starting;
    expect(fleet.bus.isOpen()).toBe(false);
    expect(logged.filter((line) => line.includes('storage.listen_url'))).toHaveLength(1);
    await expect(fleet.bus.ask(fleet.id, 'note', null, 1_000)).rejects.toMatchObject({ kind: 'away' });
  });

  it('leaves a connection that hangs', async () => {
    const { url, join } = await members();
    const way = await openWay(url);
    try {
      const { fleet, time } = await join({ listenUrl: way.url });
      expect(fleet.bus.isOpen()).toBe(true);
      await time.pass(5_000);
      await fleet.instances();
      expect(fleet.bus.isOpen()).toBe(true);
      way.hang();
      // Of the proof that is on its way, and of the next.
      await time.pass(5_000);
      await time.pass(4_000);
      await until(() => !fleet.bus.isOpen(), 'the end of the connection');
    } finally {
      await way.close();
    }
  });

  it('drops what no instance sends, and lives', async () => {
    const all = await members();
    const [a, b] = [await all.join(real), await all.join(real)];
    const heard: unknown[] = [];
    b.fleet.bus.subscribe('note', (body) => void heard.push(body));
    b.fleet.bus.subscribe('__proto__', () => void heard.push('proto'));
    const stranger = send(all);
    const from = a.fleet.id;
    const event = { type: 'event', from, kind: 'note', body: 1 };
    const hostile = [
      '',
      'null',
      '[]',
      '{',
      '"text"',
      '['.repeat(3_000),
      '\u0000'.replace('\0', '\\u0000'),
      JSON.stringify({ ...event, type: 'other' }),
      JSON.stringify({ ...event, from: 'x' }),
      JSON.stringify({ ...event, from: { toString: 1 } }),
      JSON.stringify({ ...event, kind: 'No Kind' }),
      JSON.stringify({ ...event, more: 1 }),
      JSON.stringify({ ...event, body: 'x'.repeat(4_500) }),
      JSON.stringify({ type: 'answer', from, question: 'x', body: 1 }),
      JSON.stringify({ type: 'question', from, kind: 'note', question: randomUUID(), body: 1 }),
      '{"type":"event","from":1,"__proto__":{"kind":"note"}}',
    ];
    const before = b.fleet.bus.dropped();
    for (const text of hostile) await stranger(text);
    // To one instance, what is for all.
    await stranger(JSON.stringify(event), b.fleet.id);
    // Answers that nobody asked for.
    await stranger(JSON.stringify({ type: 'answer', from, question: randomUUID(), body: 1 }), b.fleet.id);
    await stranger(JSON.stringify({ ...event, body: { ['__proto__']: { polluted: true } } }));
    await until(() => heard.length > 0, 'the message that is well-formed');
    expect(b.fleet.bus.dropped() - before).toBe(hostile.length + 1);
    expect(heard).toHaveLength(1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('takes answers from none but who was asked', async () => {
    const all = await members();
    const [a, b] = [await all.join(real), await all.join(real)];
    const stranger = send(all);
    let answer: (text: string) => void = () => undefined;
    let asked = false;
    b.fleet.bus.subscribe('slow', () => {
      asked = true;
      return new Promise<string>((resolve) => (answer = resolve));
    });
    const questions: string[] = [];
    const spy = await all.connection();
    const schema = /search_path=(\w+)/.exec(all.url)?.[1] ?? '';
    spy.on('notification', ({ payload = '' }) => {
      const { type, question } = JSON.parse(payload) as { type: string; question: string };
      if (type === 'question') questions.push(question);
    });
    await spy.query(`LISTEN ${channelOf(schema)}_${b.fleet.id}`);
    const answered = a.fleet.bus.ask(b.fleet.id, 'slow', null, 20_000);
    await until(() => asked && questions.length > 0, 'the question');
    await stranger(
      JSON.stringify({ type: 'answer', from: a.fleet.id, question: questions[0], body: 'false' }),
      a.fleet.id,
    );
    answer('true');
    expect(await answered).toBe('true');
  });

  it('takes no more messages at a time than it can handle', async () => {
    const all = await members();
    const [a, b] = [await all.join(real), await all.join(real)];
    let running = 0;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    b.fleet.bus.subscribe('slow', () => {
      running += 1;
      return ended;
    });
    for (let n = 0; n < 150; n += 1) await a.fleet.bus.publish('slow', n);
    await until(() => running + b.fleet.bus.dropped() === 150, 'all messages');
    expect(running).toBe(100);
    end();
    await a.fleet.bus.publish('slow', 150);
    await until(() => running === 101, 'one more');
  });

  it('hears events while it answers as many questions as it can', async () => {
    const all = await members();
    const [a, b] = [await all.join(real), await all.join(real)];
    let [running, heard] = [0, 0];
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    b.fleet.bus.subscribe('slow', () => {
      running += 1;
      return ended;
    });
    b.fleet.bus.subscribe('quick', () => (heard += 1));
    const asked = Array.from({ length: 100 }, () => a.fleet.bus.ask(b.fleet.id, 'slow', null, 20_000));
    await until(() => running === 100, 'all questions');
    await a.fleet.bus.publish('quick', null);
    await until(() => heard + b.fleet.bus.dropped() > 0, 'the event');
    expect(heard).toBe(1);
    end();
    await Promise.all(asked);
  });
});
