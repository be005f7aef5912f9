import { histogramNames, sumNames } from '../rows/rollup-row.js';

export type Value = number | string | Uint8Array | null;

/** Kinds of a parameter, each or null: a number, a text (also as its UTF-8), a blob. */
type Kinds = readonly ('number' | 'text' | 'blob')[];

const numbers = (count: number): Kinds => Array.from({ length: count }, () => 'number');
const rollup: Kinds = [...numbers(sumNames.length + 1), ...histogramNames.map(() => 'blob' as const)];

/** The parameters of each statement of a write. */
export const parameters = {
  model: ['text', 'number', 'text', ...numbers(5)],
  check: [...numbers(12), 'blob', 'number'],
  detail: ['number', 'number', 'text', 'text', 'text', 'text'],
  forgetStates: numbers(2),
  state: numbers(4),
  /** The model, the hour or null, the day or null, then the figures added to both. */
  rollup: [...numbers(3), ...rollup],
  /** The model, the first hour, the one after the last, the state, and the ms of it that each gets more. */
  hours: numbers(5),
  days: numbers(5),
  incident: [...numbers(4), 'text', ...numbers(2)],
  gap: numbers(2),
  maintenance: numbers(3),
  noMaintenance: numbers(2),
  epoch: ['number', 'number', 'text'],
  /** The time and the body. */
  notice: ['number', 'text'],
  total: numbers(4),
  missed: ['text', 'number'],
} as const satisfies Readonly<Record<string, Kinds>>;

export type StatementName = keyof typeof parameters;

/** Receives the parameters of one statement: runs it, or packs it for another thread. */
export type Put = (statement: StatementName, values: readonly Value[]) => void;
