import type { VendorReading } from '../../domain/vendor.js';
import type { VendorFormat } from '../../config/vendor-settings.js';
import { readBetterStack } from './better-stack.js';
import { readFeed } from './feed.js';
import { readGoogleCloud } from './google-cloud.js';
import { readInstatus } from './instatus.js';
import { readStatuspage } from './statuspage.js';

/** What a format needs beside the text. */
export interface FormatContext {
  readonly now: number;
  /** Parses RSS and Atom. */
  readonly parseFeed: (text: string) => unknown;
}

type Read = (text: string, context: FormatContext) => VendorReading | null;

const formats: Readonly<Record<VendorFormat, Read>> = {
  statuspage: readStatuspage,
  instatus: readInstatus,
  better_stack: readBetterStack,
  google_cloud: readGoogleCloud,
  feed: (text, { now, parseFeed }) => readFeed(text, parseFeed, now),
};

/** What a page of this format says; null for a text that is not of the format. */
export function readVendorPage(
  format: VendorFormat,
  text: string,
  context: FormatContext,
): VendorReading | null {
  return formats[format](text, context);
}

/** The parser of feeds, which is loaded with the first one; of other formats a function that is never called. */
export async function feedParserFor(format: VendorFormat): Promise<FormatContext['parseFeed']> {
  return format === 'feed' ? (await import('feedsmith')).parseFeed : () => null;
}
