import { createHash } from 'node:crypto';
import type { Model } from './model.js';

/** An embedding in short, to compare it with earlier ones of the same text. */
export interface SeenVector {
  /** Digest of the text. */
  readonly of: string;
  /** Numbers of 16 bits in base64; at most 1 KiB. */
  readonly sketch: string;
  /** Least cosine to the first vector for the same version. */
  readonly least: number;
}

/** The length of a vector. */
export function normOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Most numbers of a sketch; longer vectors are folded to so many. */
const mostKept = 512;
const highestKept = 2 ** 15 - 1;

/** A sign that is fixed for each position, by the mixing step of MurmurHash3. */
function signAt(index: number): 1 | -1 {
  let mixed = Math.imul(index + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) & 1) === 0 ? 1 : -1;
}

/**
 * Folds a vector to at most 512 numbers by fixed signs (Charikar, Chen and Farach-Colton, "Finding frequent items in data
 * streams"), which keeps the cosine of near vectors within a tenth of its distance from 1, and rounds them to 16 bits.
 */
export function sketchOf(values: readonly number[]): string {
  const kept = new Float64Array(Math.min(values.length, mostKept));
  const folded = values.length > mostKept;
  let highest = 0;
  for (const value of values) highest = Math.max(highest, Math.abs(value));
  for (const [index, value] of values.entries()) {
    const place = index % mostKept;
    // Divided first, since the squares of large numbers would be infinite.
    kept[place] = (kept[place] ?? 0) + (folded ? signAt(index) : 1) * (value / (highest || 1));
  }
  let most = 0;
  for (const value of kept) most = Math.max(most, Math.abs(value));
  const bytes = Buffer.alloc(kept.length * 2);
  for (const [index, value] of kept.entries())
    bytes.writeInt16LE(Math.round((value / (most || 1)) * highestKept), index * 2);
  return bytes.toString('base64');
}

/** The cosine of two sketches; null for vectors of other sizes, and of nothing but zeros. */
export function cosineOf(one: string, other: string): number | null {
  const [left, right] = [Buffer.from(one, 'base64'), Buffer.from(other, 'base64')];
  if (left.length !== right.length || left.length % 2 !== 0) return null;
  let [product, ofLeft, ofRight] = [0, 0, 0];
  for (let at = 0; at < left.length; at += 2) {
    const [a, b] = [left.readInt16LE(at), right.readInt16LE(at)];
    product += a * b;
    ofLeft += a * a;
    ofRight += b * b;
  }
  return ofLeft === 0 || ofRight === 0 ? null : product / Math.sqrt(ofLeft * ofRight);
}

/** The vector of an answer in short, where the model compares it with the first one. */
export function seenVector(
  values: readonly number[] | undefined,
  { expect: { similarToFirst: least }, query }: Pick<Model, 'expect' | 'query'>,
): { readonly vector?: SeenVector } {
  if (least === undefined || values === undefined || values.length === 0) return {};
  const of = createHash('sha256').update(query).digest('base64url').slice(0, 16);
  return { vector: { of, sketch: sketchOf(values), least } };
}
