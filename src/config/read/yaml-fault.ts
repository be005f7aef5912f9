import type { YAMLError } from 'yaml';
import { tooDeep } from './nesting.js';

/** Messages for parser errors, whose own text may quote a secret; the first match is used. */
const byMessage: readonly (readonly [RegExp, string])[] = [
  [
    /^Nested mappings are not allowed/,
    'a value holds ": ", or a line is indented too far: put a text with ": " in quotes',
  ],
  [
    /^A block sequence may not be used as an implicit map key/,
    'a list item stands where a key is expected: indent it like the items or keys beside it',
  ],
  [/^Tabs are not allowed/, 'is indented with a tab: YAML wants spaces'],
  [/^Missing closing "/, 'a text that begins with a double quote does not end: close it with "'],
  [/^Missing closing '/, "a text that begins with a single quote does not end: close it with '"],
  [
    /^All (?:mapping|sequence) items must start at the same column/,
    'is indented differently from the lines that it belongs to: begin them in the same column',
  ],
  [
    /^Sequence item without - indicator/,
    'is indented differently from the keys of its list item: begin them in the same column',
  ],
  [
    /^Implicit map keys need to be followed by map values/,
    'is a key without a value: write "key: value", with a space after the colon',
  ],
  [
    /^Implicit keys need to be on a single line/,
    'is a key without a value, or a text over several lines: write "key: value", with a space after the colon',
  ],
  [
    /^Plain value cannot start with/,
    'a text begins with a sign that YAML reserves, such as @, ` or %: put it in quotes',
  ],
  [
    /^Invalid escape sequence/,
    'a text in double quotes holds a \\ with a meaning that YAML does not have: write \\\\ or use single quotes',
  ],
  [
    /^Unresolved tag/,
    'has a tag (a word that begins with "!"), which has no meaning here: put a text that begins with "!" in quotes',
  ],
  [/^Comments must be separated/, 'a comment needs a space before its "#"; put a text with "#" in quotes'],
  [/^Missing space after :/, 'needs a space after the colon: write "key: value"'],
  [/^Missing , /, 'needs a "," between two items'],
  [/^Unexpected , in flow|^Unexpected empty item in flow/, 'has a "," without an item before it'],
  [
    /^Block collections are not allowed within flow/,
    'inside of {} or [] items are separated by ",": one is missing, or a bracket is not closed',
  ],
  [
    /^Unexpected block-seq-ind on same line/,
    'a list cannot begin on the line of its key: put "- " on a new line, or write [a, b]',
  ],
  [/^Unexpected flow-(?:map|seq)-end/, 'has a closing bracket without the opening one'],
  [
    /^(?:Unexpected flow-map-start|Unexpected \S+ in flow)/,
    'has a bracket where none can stand: put a text with {, }, [ or ], such as "${NAME}", in quotes',
  ],
  [
    /^Unexpected \S+ at node end/,
    'has text after the end of a value: put the whole value in quotes, or what follows on a line of its own',
  ],
  [/^Not a YAML token/, 'has text after "|" or ">": begin the text on the next line'],
  [
    /^A node can have at most one anchor/,
    'has two anchors (words that begin with "&"): put a text that begins with "&" in quotes',
  ],
  [
    /^(?:Alias|Anchor) /,
    'has an alias or anchor without a usable name: put a text that begins with "*" or "&" in quotes',
  ],
  [/^The : indicator must be at most 1024/, 'has a key of more than 1024 characters'],
  [
    /^Missing directives-end|^Unknown directive|directive/,
    'begins with "%", which YAML reserves: put the text in quotes',
  ],
];

/** A syntax error as a message that says what to write. */
export function yamlFault({ code, message }: Pick<YAMLError, 'code' | 'message'>): string {
  if (code === 'RESOURCE_EXHAUSTION') return tooDeep;
  const [, kind, end = ''] = /^Flow (sequence|map) .*end with a (.)$/.exec(message) ?? [];
  if (kind !== undefined) return `a ${kind === 'map' ? 'map' : 'list'} is not closed with "${end}"`;
  const known = byMessage.find(([pattern]) => pattern.test(message));
  if (known !== undefined) return known[1];
  // The parser may quote the invalid text, which may be a secret.
  const [unquoted = ''] = message.split(/(?: in YAML stream)?: /, 1);
  return `is not valid YAML: ${unquoted}`;
}
