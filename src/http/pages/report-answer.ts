import type { FastifyReply, FastifyRequest } from 'fastify';
import { createZone } from '../../calendar/zone.js';
import { deadlinesOf, toldDeadlines } from '../../domain/deadline.js';
import { reportPage } from '../../page/report-page.js';
import { readReportQuery, type ReportQuery } from '../../page/report-query.js';
import type { ReportSheet } from '../../page/report-sheet.js';
import type { ReportAsk } from '../../report/report-answer.js';
import type { Backend } from '../port.js';
import type { PageKit } from './page-kit.js';

/** ms that a zone is ahead of UTC; null where no zone has this name. */
function offsetAt(timezone: string, now: number): number | null {
  try {
    return createZone(timezone).offsetAt(now);
  } catch {
    return null;
  }
}

function queryOf(request: FastifyRequest, now: number): ReportQuery {
  return readReportQuery(new URL(request.url, 'http://page').searchParams, now, (zone) =>
    offsetAt(zone, now),
  );
}

async function textOf(
  backend: Backend,
  { window, timezone }: ReportQuery,
  form: ReportAsk['form'],
): Promise<Uint8Array> {
  const now = backend.now();
  const registry = [...backend.views()].map((view) => {
    const { id, slo } = view.model;
    const vendorPage = backend.vendors?.pageOf(id) ?? null;
    return {
      ...{ id, slo, deadlines: toldDeadlines(deadlinesOf(view), now) },
      ...(vendorPage !== null && { vendorPage }),
    };
  });
  const ask = { registry, window, timezone, now, form };
  return (await backend.readLong({ kind: 'report', ask })).text;
}

/** Answers `/report`. */
export async function answerReportPage(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const frame = kit.frameFor(request);
  const query = queryOf(request, frame.now);
  const text = await textOf(kit.backend, query, 'sheet');
  await kit.places.take(reply);
  // Written by src/report of this very release.
  const sheet = JSON.parse(new TextDecoder().decode(text)) as ReportSheet;
  return kit.send(request, reply, reportPage(frame, query, sheet));
}

const files = {
  csv: { form: 'csv', type: 'text/csv; charset=utf-8; header=present' },
  md: { form: 'markdown', type: 'text/markdown; charset=utf-8' },
} as const;

/** Answers `/report.csv` and `/report.md` with what the command writes. */
export async function answerReportFile(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  ending: keyof typeof files,
): Promise<FastifyReply> {
  const query = queryOf(request, kit.backend.now());
  const { form, type } = files[ending];
  const name = `service-levels-${query.window.split(':')[1] ?? ''}.${ending}`;
  const text = await textOf(kit.backend, query, form);
  await kit.places.take(reply);
  kit.places.drawn(reply, text.byteLength);
  return reply
    .type(type)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(Buffer.from(text.buffer, text.byteOffset, text.byteLength));
}
