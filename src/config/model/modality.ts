import type { Probe } from '../../domain/model.js';
import type { ModelEntry } from '../schema/model-schema.js';
import type { Path, Problem } from '../read/problem.js';

/** Input of a probe beside text, as `input_modalities` names it. */
const modalities: Readonly<Partial<Record<Probe, string>>> = { vision: 'image', audio: 'audio' };

/** Input modalities that the probe needs. */
export function modalitiesOf(probe: Probe): string[] {
  const more = modalities[probe];
  return more === undefined ? ['text'] : ['text', more];
}

/** Warns of a probe whose input is not in the model's own list. */
export function modalityWarning(entry: ModelEntry, probe: Probe): Problem[] {
  const sent = modalities[probe];
  const seed = entry.endpoint_configuration?.model_config.input_modalities;
  const listed = seed ?? entry.input_modalities;
  if (sent === undefined || listed === undefined) return [];
  if (listed.some((name) => name.toLowerCase() === sent)) return [];
  const place: Path = seed === undefined ? [] : ['endpoint_configuration', 'model_config'];
  const message = `does not list "${sent}", which probe "${probe}" sends`;
  return [{ path: [...place, 'input_modalities'], message, at: 'key' }];
}
