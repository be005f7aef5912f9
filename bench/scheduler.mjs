// What the scheduler itself costs: 10,000 models each second with a check that does nothing.
// npm run build && node bench/scheduler.mjs [models] [seconds]
import { createCalendar } from '../dist/calendar/calendar.js';
import { systemClock } from '../dist/domain/clock.js';
import { createScheduler } from '../dist/scheduler/scheduler.js';

const [models = 10_000, seconds = 15] = process.argv.slice(2).map(Number);
const second = { kind: 'every', everyMs: 1000 };
const cron = { kind: 'cron', expression: '* * * * * *', timezone: 'Europe/Berlin', spreadMs: null };
const cases = {
  'every 1 s': () => second,
  'one cron for all': () => cron,
  'one cron for all, no spread': () => ({ ...cron, spreadMs: 0 }),
  'a cron each': (index) => ({
    ...cron,
    expression: `* ${index % 60},* ${Math.floor(index / 60) % 24},* * * ${Math.floor(index / 1440)},*`,
  }),
};

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

async function measure(name, scheduleOf) {
  const delays = [];
  let missed = 0;
  const scheduler = createScheduler({
    calendar: createCalendar(),
    clock: systemClock,
    concurrency: models,
    perHost: models,
    events: {
      run: async ({ delayMs }) => void delays.push(delayMs),
      missed: ({ count }) => void (missed += count),
    },
  });
  scheduler.update(
    Array.from({ length: models }, (_, index) => ({
      id: `model-${index}`,
      schedule: scheduleOf(index),
      host: `host-${index % 100}`,
      ratePerMin: null,
      hasValidResult: true,
      lastSlot: null,
      lastStart: null,
    })),
  );
  await new Promise((resolve) => setTimeout(resolve, 2000));
  delays.length = missed = 0;
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const lost = missed;
  const [used, elapsed] = [process.cpuUsage(cpu), performance.now() - start];
  await scheduler.stop(0);
  delays.sort((a, b) => a - b);
  const share = ((used.user + used.system) / 1000 / elapsed) * 100;
  console.log(
    `${name.padEnd(28)} ${(delays.length / (elapsed / 1000)).toFixed(0).padStart(6)} checks/s  ${share.toFixed(1)} % of a core  ` +
      `delay p50 ${quantile(delays, 0.5).toFixed(1)} p99 ${quantile(delays, 0.99).toFixed(1)} worst ${quantile(delays, 1).toFixed(1)} ms  missed ${lost}  ` +
      `rss ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`,
  );
}

for (const [name, scheduleOf] of Object.entries(cases)) await measure(name, scheduleOf);
