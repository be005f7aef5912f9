import type { FastifyRequest } from 'fastify';
import { densities, type Density } from '../../page/overview-query.js';
import { themes, type Theme } from '../../page/shell.js';
import { cookiesOf } from '../cookies.js';

/** Choices that the script keeps in cookies, so that the server draws the page as chosen. */
export interface ReaderChoices {
  readonly theme: Theme;
  readonly density: Density;
}

export function choicesOf(request: FastifyRequest): ReaderChoices {
  const cookies = cookiesOf(request);
  return {
    theme: themes.find((theme) => theme === cookies.get('theme')) ?? 'auto',
    density: densities.find((density) => density === cookies.get('density')) ?? 'full',
  };
}
