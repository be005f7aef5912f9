import type { VNode } from 'preact';
import { highest, lowest } from '../domain/list.js';

const width = 72;
const height = 20;
const edge = 1;

/** A line through the values that are known, oldest left; the smallest is at the bottom. Null without two of them. */
export function Spark({ values }: { readonly values: readonly (number | null)[] }): VNode | null {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  // Logarithms, since latencies differ by factors; half a step of room for a line that is nearly level.
  const logs = known.map((value) => Math.log(Math.max(1, value)));
  const low = lowest(logs);
  const range = Math.max(highest(logs) - low, 0.25);
  let path = '';
  let drawn = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      drawn = false;
      continue;
    }
    const x = Math.round(edge + (index / Math.max(1, values.length - 1)) * (width - 2 * edge));
    const part = (Math.log(Math.max(1, value)) - low) / range;
    const y = Math.round(height - edge - part * (height - 2 * edge));
    path += `${drawn ? 'L' : 'M'}${x} ${y}`;
    drawn = true;
  }
  return (
    <svg class="sp" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
