import { isObject, parseJson } from '../../domain/json.js';
import type { Stored } from './history-fields.js';
import {
  fileKinds,
  historyFormat,
  historyVersion,
  modelKinds,
  modelLine,
  outboxKinds,
  type Kind,
  type Row,
} from './history-kinds.js';

/** A line that violates the format; the message names the line, the member and the allowed values. */
export class LineError extends Error {
  override readonly name = 'LineError';

  constructor(number: number, problem: string) {
    super(`line ${number}: ${problem}`);
  }
}

/** A line of a history file. */
export type Line =
  | { readonly type: 'header' }
  | { readonly type: 'end'; readonly lines: number }
  | { readonly type: 'model'; readonly row: Row }
  | {
      readonly type: 'of model';
      readonly kind: keyof typeof modelKinds;
      readonly model: string;
      readonly row: Row;
    }
  | { readonly type: 'of outbox'; readonly kind: keyof typeof outboxKinds; readonly row: Row }
  | { readonly type: 'of file'; readonly kind: keyof typeof fileKinds; readonly row: Row };

const isKind = <Kinds extends object>(kinds: Kinds, type: unknown): type is keyof Kinds =>
  typeof type === 'string' && Object.hasOwn(kinds, type);
const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function rowOf(given: Record<string, unknown>, members: Kind['members'], number: number): Row {
  const row: Record<string, Stored> = {};
  for (const member in given) {
    if (!Object.hasOwn(members, member))
      throw new LineError(
        number,
        `${shown(member)} is no member; there are ${Object.keys(members).join(', ')}`,
      );
  }
  for (const member in members) {
    const field = members[member];
    const stored = field?.read(given[member]);
    if (field !== undefined && stored === undefined)
      throw new LineError(number, `${member} is ${shown(given[member])}, must be ${field.allowed}`);
    row[member] = stored ?? null;
  }
  return row;
}

/** Reads line `number` (from 1 on); throws LineError. */
export function lineOf(text: string, number: number): Line {
  const value = objectIn(text);
  if (value === null) throw new LineError(number, 'is not a JSON object');
  const { type, ...given } = value;
  if (type === 'header') {
    const { format, version } = given;
    if (format !== historyFormat || version !== historyVersion)
      throw new LineError(
        number,
        `format ${shown(format)} version ${shown(version)} is not known here; it must be "${historyFormat}" version ${historyVersion}`,
      );
    return { type };
  }
  if (type === 'end') {
    const { lines } = given;
    if (typeof lines !== 'number' || !Number.isSafeInteger(lines))
      throw new LineError(number, 'lines must be a whole number');
    return { type, lines };
  }
  if (type === 'model') return { type, row: rowOf(given, modelLine.members, number) };
  if (isKind(fileKinds, type))
    return { type: 'of file', kind: type, row: rowOf(given, fileKinds[type].members, number) };
  if (isKind(outboxKinds, type))
    return { type: 'of outbox', kind: type, row: rowOf(given, outboxKinds[type].members, number) };
  if (isKind(modelKinds, type)) {
    const { model, ...own } = given;
    if (typeof model !== 'string') throw new LineError(number, 'model must be the id of the model');
    return { type: 'of model', kind: type, model, row: rowOf(own, modelKinds[type].members, number) };
  }
  const kinds = [modelKinds, fileKinds, outboxKinds].flatMap((some) => Object.keys(some));
  const types = ['header', 'model', ...kinds, 'end'];
  throw new LineError(number, `type is ${shown(type)}, must be one of ${types.join(', ')}`);
}
