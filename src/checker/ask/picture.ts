/**
 * A PNG of 64 x 64 yellow pixels, in base64. Some engines refuse a side of less than 32 pixels. Every model calls it yellow,
 * and unlike red the word is part of no word of an evasive answer.
 */
const yellowSquare =
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAdklEQVR4nO3PQQkAMAzAwPo33Yno4xgEIuAyu/N1Xt' +
  'CAFjSgBQ1oQQNa0IAWNKAFDWhBA1rQgBY0oAUNaEEDWtCAFjSgBQ1oQQNa0IAWNKAFDWhBA1rQgBY0oAUNaEEDWtCA' +
  'FjSgBQ1oQQNa0IAWNKAFDWjBsQcyl+HSnr9raQAAAABJRU5ErkJggg==';

/** A small PNG of one colour, yellow. */
export function picture(): Buffer {
  return Buffer.from(yellowSquare, 'base64');
}
