/**
 * Instances on one PostgreSQL, and what must hold of them: each line is a figure with `ok` or `NOT ok`, and the exit code is 1 where one
 * does not hold. Starts a server (Debian's package `postgresql`), daemons and a provider of its own. After `npm run build`:
 *
 *   node bench/fleet.mjs [instances=3] [models=3000] [every=5s] [seconds=600]
 *     Every 20 s one of: kill -9, SIGSTOP for 30 s, SIGTERM, a new instance. MODELPULSE_SEED chooses; it is printed.
 *   node bench/fleet.mjs large [models=30000] [every=60s] [seconds=300]
 *     Two instances, then the same models with one instance on SQLite: delay, missed slots, processor per check.
 *   node bench/fleet.mjs simulated [models=100000] [every=60s] [seconds=300]
 *     No requests: results pass through the real recorder and writer into the database, beside reads of a page and the API.
 */
const [first = '3', ...rest] = process.argv.slice(2);

async function run() {
  if (first === 'large') {
    const [models = '30000', every = '60s', seconds = '300'] = rest;
    const { large } = await import('./fleet/large.mjs');
    return large({ models: Number(models), every, seconds: Number(seconds) });
  }
  if (first === 'simulated') {
    const [models = '100000', every = '60s', seconds = '300'] = rest;
    const { simulated } = await import('./fleet/simulated.mjs');
    return simulated({ models: Number(models), every, seconds: Number(seconds) });
  }
  const [models = '3000', every = '5s', seconds = '600'] = rest;
  const { share } = await import('./fleet/share.mjs');
  return share({
    instances: Number(first),
    models: Number(models),
    every,
    seconds: Number(seconds),
    seed: Number(process.env.MODELPULSE_SEED ?? 13),
  });
}

process.exitCode = (await run()) ? 0 : 1;
