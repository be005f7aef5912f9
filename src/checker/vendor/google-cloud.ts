import type { ReadIncident, VendorImpact, VendorReading } from '../../domain/vendor.js';
import {
  at,
  documentIn,
  idIn,
  impactIn,
  lineIn,
  linkIn,
  namesIn,
  objectsIn,
  timeIn,
} from './json-members.js';
import { bounded } from './reading.js';

const impacts: Readonly<Record<string, VendorImpact>> = {
  service_outage: 'critical',
  service_disruption: 'major',
  service_information: 'minor',
  available_information: 'none',
};
const place = 'https://status.cloud.google.com/';
/** Incidents that are read; the newest are the first, and the list goes back for a year. */
const mostRead = 200;

/**
 * The texts of the first objects of a list, in linear time, and whether that is all of it. The document may be longer than what is
 * read of a page.
 */
export function objectTexts(
  text: string,
  most: number,
): { readonly texts: string[]; readonly isAll: boolean } {
  const texts: string[] = [];
  let depth = 0;
  let begun = 0;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text.charCodeAt(index);
    if (sign === 34) {
      // To the end of the string.
      for (index += 1; index < text.length && text.charCodeAt(index) !== 34; index += 1)
        if (text.charCodeAt(index) === 92) index += 1;
    } else if (sign === 91 || sign === 123) {
      if (depth === 1 && sign === 123) begun = index;
      depth += 1;
    } else if (sign === 93 || sign === 125) {
      depth -= 1;
      if (depth === 1 && sign === 125) texts.push(text.slice(begun, index + 1));
      if (depth === 0) return { texts, isAll: true };
      if (texts.length >= most) return { texts, isAll: false };
    }
  }
  return { texts, isAll: false };
}

/** Reads `incidents.json` of Google Cloud: all products, of which the scope of the page takes those that serve models. */
export function readGoogleCloud(text: string): VendorReading | null {
  if (!text.trimStart().startsWith('[')) return null;
  const { texts, isAll } = objectTexts(text, mostRead);
  if (texts.length === 0 && !isAll) return null;
  const incidents = texts.flatMap((each): ReadIncident[] => {
    const incident = documentIn(each);
    const end = at(incident, 'end');
    const uri = at(incident, 'uri');
    const products = objectsIn(at(incident, 'affected_products')).map(({ title }) => title);
    return [
      {
        id: idIn(at(incident, 'id')),
        title: lineIn(at(incident, 'external_desc')),
        impact: impactIn(at(incident, 'status_impact'), impacts),
        startedAt: timeIn(at(incident, 'begin')) ?? timeIn(at(incident, 'created')),
        updatedAt: timeIn(at(incident, 'modified')),
        resolvedAt: timeIn(end),
        isResolved: typeof end === 'string' && end !== '',
        link: typeof uri === 'string' && uri.length < 200 ? linkIn(place + uri.replace(/^\/+/, '')) : null,
        components: namesIn(products),
      },
    ];
  });
  return bounded(incidents, null, isAll);
}
