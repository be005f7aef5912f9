import type { FastifyPluginCallback } from 'fastify';
import type { PageKit } from '../pages/page-kit.js';

export interface ReportPageOptions {
  /** Loads and makes what the pages share, once. */
  readonly kit: () => Promise<PageKit>;
}

/** The report of service levels as a page and as files. */
export const reportPageRoutes: FastifyPluginCallback<ReportPageOptions> = (app, { kit }, done) => {
  app.get('/report', { schema: { hide: true } }, async (request, reply) => {
    const { answerReportPage } = await import('../pages/report-answer.js');
    return answerReportPage(await kit(), request, reply);
  });

  for (const ending of ['csv', 'md'] as const) {
    app.get(`/report.${ending}`, { schema: { hide: true } }, async (request, reply) => {
      const { answerReportFile } = await import('../pages/report-answer.js');
      return answerReportFile(await kit(), request, reply, ending);
    });
  }
  done();
};
