import type { Run } from '../../page/receiver-view.js';

type Line = readonly Run[];

/** Lines of text without markup. */
export const plainLines = (text: string): Line[] => text.split('\n').map((line) => [{ text: line }]);

/** Joins neighbours of one look, and cuts at line feeds. */
function linesOf(runs: readonly Run[]): Line[] {
  const lines: Run[][] = [[]];
  for (const run of runs) {
    for (const [index, text] of run.text.split('\n').entries()) {
      if (index > 0) lines.push([]);
      const line = lines.at(-1) ?? [];
      const last = line.at(-1);
      if (text === '') continue;
      if (last !== undefined && last.bold === run.bold && last.href === run.href)
        line[line.length - 1] = { ...last, text: last.text + text };
      else line.push({ ...run, text });
    }
  }
  return lines;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
const withoutEntities = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => entities[name] ?? '');

/** The markup of Slack, as far as links and entities: https://docs.slack.dev/messaging/formatting-message-text */
export function slackLines(text: string): Line[] {
  const parts = text.matchAll(/<([^<>|]*)(?:\|([^<>]*))?>|[^<]+|</g);
  return linesOf(
    [...parts].map(([whole, address, label]) =>
      address === undefined
        ? { text: withoutEntities(whole) }
        : { text: withoutEntities(label ?? address), href: withoutEntities(address) },
    ),
  );
}

/** The markup of Discord, as far as escapes, bold text and links: https://docs.discord.com/developers/reference#message-formatting */
export function discordLines(text: string): Line[] {
  let bold = false;
  const runs: Run[] = [];
  for (const [whole, escaped, address] of text.matchAll(
    /\\([^0-9A-Za-z\s])|<(https?:[^<>\s]+)>|\*\*|[^\\*<]+|[\\*<]/g,
  )) {
    if (whole === '**') bold = !bold;
    else if (address !== undefined) runs.push({ text: address, href: address });
    else runs.push({ text: escaped ?? whole, ...(bold && { bold }) });
  }
  return linesOf(runs);
}

/** The HTML of Telegram, as far as bold text and links: https://core.telegram.org/bots/api#html-style */
export function telegramLines(text: string): Line[] {
  let bold = false;
  let href: string | null = null;
  const runs: Run[] = [];
  for (const [whole, end, tag, address] of text.matchAll(/<(\/?)(b|a)(?: href="([^"<>]*)")?>|[^<]+|</g)) {
    if (tag === 'b') bold = end === '';
    else if (tag === 'a') href = end === '' ? withoutEntities(address ?? '') : null;
    else runs.push({ text: withoutEntities(whole), ...(bold && { bold }), ...(href !== null && { href }) });
  }
  return linesOf(runs);
}
