import { it } from '@jest/globals';
import { useSite } from '../registry.js';
import { killWhileTelling } from './killed.js';

const site = useSite();

it('a daemon that is killed at random tells every incident that it stored, once and in order, to a receiver that fails half of the time', async () => {
  await killWhileTelling(site(), { models: 20, kills: 12, messages: 200 });
}, 280_000);
