import { isObject } from '../../domain/json.js';
import { hourMs } from '../../domain/period.js';
import type { ReadIncident, VendorImpact, VendorReading } from '../../domain/vendor.js';
import { at, idIn, lineIn, linkIn, namesIn, objectsIn, timeIn } from './json-members.js';
import { bounded } from './reading.js';

/** Most entries of a feed that are parsed, from its beginning, where the newest are. */
const mostEntries = 50;
/** Most characters of these: the parser takes some ms for them. */
const longestPart = 256 * 1_024;
/** Most tags and attributes of these: each takes the parser some microseconds, however short it is. */
const mostMarks = 8_000;
/** Characters of an entry in which its state is looked for. */
const longestText = 4_000;
/** ms after which an entry that does not say that it is over no longer tells of the present. */
const presentMs = 24 * hourMs;

const overWords =
  /\[resolved\]|\bresolved\b|\bmitigated\b|\boperating normally\b|\bservice is operating normally\b|\bcompleted\b|\brecovered\b|\bfalse alarm\b|\bpostmortem\b/i;
const criticalWords = /\b(?:major|complete|full) outage\b|\bdown\b/i;
const majorWords = /\boutage\b|\bunavailable\b|\bdisruption\b/i;
const minorWords =
  /\bdegrad|\belevated\b|\berrors?\b|\blatency\b|\bslow\b|\bissues?\b|\binformational message\b/i;
const maintenanceWords = /\bmaintenance\b/i;

function impactOf(title: string, text: string): VendorImpact {
  for (const part of [title, text]) {
    if (maintenanceWords.test(part)) return 'maintenance';
    if (criticalWords.test(part)) return 'critical';
    if (majorWords.test(part)) return 'major';
    if (minorWords.test(part)) return 'minor';
  }
  return 'none';
}

const withoutTags = (text: string): string => text.slice(0, longestText).replace(/<[^<>]{0,500}>/g, ' ');

/** Where of a text the parser has to stop after `mostMarks` tags and attributes; its length where it has fewer. */
function endOfMarks(text: string): number {
  let marks = 0;
  for (const { index } of text.matchAll(/<|=\s*["']/g)) if ((marks += 1) > mostMarks) return index;
  return text.length;
}

/** The beginning of a feed with its first entries, closed so that it is well-formed again. */
function firstEntries(text: string): { readonly part: string; readonly isAll: boolean } {
  const head = text.slice(0, 2_000);
  const [name, end] = /<feed[\s>]/.test(head)
    ? ['entry', '</feed>']
    : ['item', head.toLowerCase().includes('<rdf:rdf') ? '</rdf:RDF>' : '</channel></rss>'];
  const closing = `</${name}>`;
  const longest = endOfMarks(text.slice(0, longestPart));
  let to = 0;
  for (let count = 0; count < mostEntries; count += 1) {
    const next = text.indexOf(closing, to);
    if (next === -1) return text.length <= longest ? { part: text, isAll: true } : { part: '', isAll: false };
    if (next + closing.length > longest) break;
    to = next + closing.length;
  }
  if (to === 0) return { part: '', isAll: false };
  return !text.includes(closing, to) && text.length <= longest
    ? { part: text, isAll: true }
    : { part: text.slice(0, to) + end, isAll: false };
}

/** A text that a feed has as it is, or beside attributes. */
const textOf = (value: unknown): unknown => (isObject(value) ? value.value : value);

/**
 * Reads the newest entries of RSS or Atom, where an entry is an incident: its text says whether it is over. `parse` is that of the
 * parser, which is loaded with the first feed; `now` says which entries tell of the present.
 */
export function readFeed(text: string, parse: (text: string) => unknown, now: number): VendorReading | null {
  const beginning = text.slice(0, 2_000);
  if (!/<(?:rss|feed|rdf:RDF)[\s>]/i.test(beginning)) return null;
  // Entities of its own could grow without end.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return null;
  const { part, isAll } = firstEntries(text);
  if (part === '') return null;
  let parsed: unknown;
  try {
    parsed = parse(part);
  } catch {
    // An empty feed of Azure has a channel without an item, which some parsers refuse.
    return null;
  }
  const feed = at(parsed, 'feed');
  if (!isObject(feed)) return null;
  const entries = objectsIn(feed.items ?? feed.entries, mostEntries);
  const incidents = entries.map((entry): ReadIncident => {
    const title = lineIn(textOf(entry.title));
    const said = [entry.description, entry.content, entry.summary, at(entry, 'content', 'encoded')]
      .map(textOf)
      .find((each) => typeof each === 'string' && each !== '');
    const words = typeof said === 'string' ? withoutTags(said) : '';
    const published = timeIn(entry.pubDate) ?? timeIn(entry.published) ?? timeIn(at(entry, 'dc', 'date'));
    const updated = timeIn(entry.updated) ?? published;
    const [link] = objectsIn(entry.links);
    const address = linkIn(entry.link) ?? linkIn(link?.href);
    const newest = updated ?? published;
    const isOld = (newest ?? now) < now - presentMs;
    // The newest message comes first in the text of an entry.
    const isOver = overWords.test(title) || overWords.test(words.slice(0, 600));
    return {
      id: idIn(textOf(entry.guid)) || idIn(entry.id) || idIn(address) || idIn(title),
      title,
      impact: impactOf(title, words),
      startedAt: published ?? updated,
      updatedAt: updated,
      resolvedAt: isOver ? updated : isOld && newest !== null ? newest + presentMs : null,
      isResolved: isOver || isOld,
      link: address,
      components: namesIn(objectsIn(entry.categories).map(({ name, term }) => name ?? term)),
    };
  });
  return bounded(incidents, null, isAll);
}
