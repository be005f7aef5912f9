import type { ModelView } from '../../src/domain/view.js';
import { modelExposition } from '../../src/metrics/exposition.js';
import { noon } from './sample-view.js';

export async function exposed(views: Iterable<ModelView>, now = noon): Promise<string> {
  let text = '';
  for await (const chunk of modelExposition(views, now, 'text')) text += chunk;
  return text;
}

/** Values by series, such as `modelpulse_model_up{model="a"}`. */
export function seriesOf(text: string): Map<string, string> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
}
