import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance } from 'fastify';
import { loadsNoCompilers } from './validation.js';

/** Content security policy of the page: it loads nothing from elsewhere, and its script sets styles. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * The page at /docs and its resources, as a server of its own that does not listen: a route cannot be added to one that does, and
 * these are loaded with the first reader.
 */
export async function createDocsPage(describe: FastifyInstance['swagger']): Promise<FastifyInstance> {
  const page = fastify({ schemaController: loadsNoCompilers });
  // In the place of the plugin by which routes are described, which the page asks for by name.
  const described = (app: FastifyInstance, _options: object, done: () => void): void => {
    app.decorate('swagger', describe);
    done();
  };
  page.register(
    Object.assign(described, {
      [Symbol.for('skip-override')]: true,
      [Symbol.for('plugin-meta')]: { name: '@fastify/swagger' },
      [Symbol.for('fastify.display-name')]: '@fastify/swagger',
    }),
  );
  page.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: pagePolicy,
    theme: { title: 'modelpulse API' },
    uiConfig: { layout: 'BaseLayout', deepLinking: true },
  });
  await page.ready();
  return page;
}
