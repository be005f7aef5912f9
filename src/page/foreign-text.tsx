import type { VNode } from 'preact';

/**
 * What a reader does not see and what reorders what he sees: control characters but for tab and line feed, zero-width and
 * invisible ones, marks of direction (UAX 9), line separators, tags, and lone halves of surrogate pairs.
 */
const unseen =
  /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Cs})/u;

/** The code point of a character, such as `U+202E`. */
function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text from outside: what would be invisible or reorder the page is shown as its code point in a box. */
export function Foreign({ text }: { readonly text: string }): VNode {
  // Split by one group: every other part is a match.
  const parts = text.split(unseen);
  if (parts.length === 1) return <>{text}</>;
  return (
    <>{parts.map((part, index) => (index % 2 === 1 ? <span class="ctl">{codeOf(part)}</span> : part))}</>
  );
}

/** The same for attributes, which hold no boxes. */
export function foreignText(text: string): string {
  return text
    .split(unseen)
    .map((part, index) => (index % 2 === 1 ? `[${codeOf(part)}]` : part))
    .join('');
}

/** At most `most` characters, with an ellipsis where some are left out; no surrogate pair is cut. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 2)) ? most - 2 : most - 1;
  return `${text.slice(0, end)}…`;
}
