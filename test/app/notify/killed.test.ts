import { it } from '@jest/globals';
import { amount } from '../../slow.js';
import { useSite } from '../registry.js';
import { killWhileTelling } from './killed.js';

const site = useSite();

it(
  'a daemon that is killed at random tells every incident that it stored, once and in order, to a receiver that fails half of the time',
  async () => {
    const parts = { models: amount(20, 4), kills: amount(12, 1), messages: amount(200, 4) };
    await killWhileTelling(site(), parts);
  },
  amount(280_000, 90_000),
);
