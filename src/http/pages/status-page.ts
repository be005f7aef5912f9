import { setImmediate } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StatusPage } from '../../config/page-settings.js';
import { readEmbeddedParts, type EmbeddedPart, type StatusLook } from '../../page/status-look.js';
import { feedLinks } from '../../page/feeds/feed-format.js';
import { statusRow } from '../../page/status-components.js';
import { statusPage, statusRefusal } from '../../page/status-page.js';
import type { StatusPageView } from '../../page/status-view.js';
import { createStatusWords, type StatusWords } from '../../page/status-words.js';
import { acceptedEncoding } from '../accepted-encoding.js';
import { sameSecret, tokenOf, type Access } from '../auth.js';
import { HttpError } from '../http-error.js';
import type { Backend, Report } from '../port.js';
import type { PagePlace, PublicPages } from '../public-pages.js';
import type { NextTurn } from '../taking-turns.js';
import type { Assets } from './assets.js';
import type { Glances } from './glances.js';
import { createMachineAnswers, type MachineAnswers } from './machine-answers.js';
import { contentPolicy } from './page-reply.js';
import { createStatusBuilder } from './status-builder.js';
import { statusDocument, type StatusDocument } from './status-document.js';

/** ms for which one rendering serves all readers. */
const freshMs = 10_000;
/** ms for which an old rendering stands in while no new one can be made. */
const standInMs = 300_000;

/** What is kept of one page; a reload has other pages. */
interface Kept {
  readonly words: StatusWords;
  /** The newest view, perhaps being made. */
  newest: { readonly at: number; readonly view: Promise<StatusPageView | null> } | null;
  /** The newest view that could be made. */
  good: StatusPageView | null;
  readonly forMachines: MachineAnswers;
  /** By the part of the page. */
  readonly documents: Map<string, { readonly of: unknown; readonly document: Promise<StatusDocument> }>;
}

export interface StatusPages {
  /** Answers a request whose path belongs to a public page. */
  answer(request: FastifyRequest, reply: FastifyReply, place: PagePlace): Promise<FastifyReply>;
}

/** Rows rendered in one turn of the event loop: some 2 ms. */
const rowsAtOnce = 25;

async function render(
  parts: Parameters<typeof statusPage>[0],
  embedded: readonly EmbeddedPart[],
): Promise<StatusDocument> {
  const rows = new Map<string, string>();
  for (const [index, component] of parts.view.components.entries()) {
    if (index % rowsAtOnce === rowsAtOnce - 1) await setImmediate();
    rows.set(component.id, statusRow(component, parts.look, parts.words));
  }
  return statusDocument('text/html; charset=utf-8', statusPage(parts, embedded, rows));
}

/** Serves the public pages: rendered at most once per 10 s and shared by all readers. */
export function createStatusPages(parts: {
  readonly backend: Backend;
  readonly glances: Glances;
  readonly assets: Assets;
  readonly report: Report;
  readonly access: () => Access;
  readonly publicPages: () => PublicPages;
  readonly nextTurn: NextTurn;
}): StatusPages {
  const { backend, assets, report, access, publicPages, nextTurn } = parts;
  const builder = createStatusBuilder(parts);
  const kept = new WeakMap<StatusPage, Kept>();

  const keptOf = (page: StatusPage): Kept => {
    const known = kept.get(page);
    if (known !== undefined) return known;
    const words = createStatusWords(page.locale, page.timezone);
    const forMachines = createMachineAnswers(page.access);
    const fresh: Kept = { words, newest: null, good: null, forMachines, documents: new Map() };
    kept.set(page, fresh);
    return fresh;
  };

  /** A view that is at most 10 s old; an older one while none can be made, and null without one that may stand in. */
  const viewOf = async (page: StatusPage): Promise<StatusPageView | null> => {
    const own = keptOf(page);
    const now = backend.now();
    if (own.newest === null || Math.abs(now - own.newest.at) >= freshMs) {
      const made = builder.build(page, publicPages(), own.words).then(
        (view) => (own.good = view),
        // Once, not for each reader.
        (error: unknown) => {
          report(error, `GET ${page.path}`);
          return null;
        },
      );
      own.newest = { at: now, view: made };
    }
    const view = await own.newest.view;
    if (view !== null) return view;
    // The page says of when it is.
    return own.good !== null && Math.abs(now - own.good.now) < standInMs ? own.good : null;
  };

  /** The document with this name, made anew when what it is made of is another. */
  const documentOf = (
    { documents }: Kept,
    name: string,
    of: unknown,
    make: () => Promise<StatusDocument>,
  ): Promise<StatusDocument> => {
    const known = documents.get(name);
    if (known !== undefined && known.of === of) return known.document;
    const document = make();
    documents.set(name, { of, document });
    return document;
  };

  const lookOf = (page: StatusPage): StatusLook => ({
    assets: assets.urls,
    accentSheet: page.accent === null ? null : `${page.path}/theme.css?${page.accent.slice(1)}`,
    logo: page.logo === null ? null : `${page.path}/logo`,
    noindex: page.noindex,
    windows: page.show.uptime,
    feeds: feedLinks(page.path, null),
    embeddable: page.frameAncestors.length > 0,
  });

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    {
      page,
      document,
      policy,
      status = 200,
      headers = {},
    }: {
      readonly page: StatusPage;
      readonly document: StatusDocument;
      readonly policy: string;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): FastifyReply => {
    const shared = page.access === 'public' && status === 200;
    void reply.code(status).headers({
      ...headers,
      'content-type': document.type,
      'content-security-policy': policy,
      'referrer-policy': 'same-origin',
      'cache-control': shared ? `public, max-age=${freshMs / 1_000}` : 'private, no-cache',
      vary: 'accept-encoding',
      ...(status === 200 && { etag: document.etag }),
      ...(page.noindex && { 'x-robots-tag': 'noindex' }),
    });
    // RFC 9110, 13.1.2: compared weakly, since a proxy may drop the mark of a weak one.
    const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
    const known = (request.headers['if-none-match'] ?? '').split(',').map(weak);
    if (status === 200 && (known.includes(weak(document.etag)) || known.includes('*')))
      return reply.code(304).send();
    const packs = acceptedEncoding(request.headers['accept-encoding'], ['gzip']) !== null;
    const packed = packs ? document.gzip : null;
    if (packed !== null) void reply.header('content-encoding', 'gzip');
    return reply.send(packed ?? document.plain);
  };

  const refuse = async (
    request: FastifyRequest,
    reply: FastifyReply,
    page: StatusPage,
    kind: 'password' | 'missing' | 'failed',
  ): Promise<FastifyReply> => {
    const back = kind === 'missing' ? page : null;
    const text = statusRefusal({ assets: assets.urls, words: keptOf(page).words, kind, back });
    const status = { password: 401, missing: 404, failed: 503 }[kind];
    const document = await statusDocument('text/html; charset=utf-8', text);
    if (kind === 'password')
      void reply.header('www-authenticate', `Basic realm="${page.path}", charset="UTF-8"`);
    if (kind === 'failed') void reply.header('retry-after', String(freshMs / 1_000));
    return send(request, reply, { page, document, policy: contentPolicy(), status });
  };

  /** True with the password of the page, or with a token or a login that reads the other pages too. */
  const mayRead = (request: FastifyRequest, page: StatusPage): boolean => {
    if (page.access !== 'password') return true;
    const given = tokenOf(request.headers.authorization) ?? '';
    const isPassword = page.password !== null && sameSecret(given, page.password);
    // Without a token everybody reads the other pages, but not this one.
    return isPassword || (access().token !== null && request.reader?.remains() === true);
  };

  const answerPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    page: StatusPage,
  ): Promise<FastifyReply> => {
    const embedded = readEmbeddedParts(new URL(request.url, 'http://page').searchParams);
    const view = await viewOf(page);
    if (view === null) return refuse(request, reply, page, 'failed');
    const own = keptOf(page);
    const document = await documentOf(own, `page:${embedded.join()}`, view, () =>
      render({ view, look: lookOf(page), words: own.words }, embedded),
    );
    await nextTurn();
    const framed = embedded.length > 0 && page.frameAncestors.length > 0;
    const ancestors = page.frameAncestors.map((origin) => (origin === 'self' ? "'self'" : origin)).join(' ');
    return send(request, reply, {
      page,
      document,
      policy: framed ? contentPolicy(ancestors) : contentPolicy(),
    });
  };

  const answerForMachine = async (
    request: FastifyRequest,
    reply: FastifyReply,
    page: StatusPage,
    rest: string,
  ): Promise<FastifyReply> => {
    const view = await viewOf(page);
    if (view === null) return refuse(request, reply, page, 'failed');
    const answer = await keptOf(page).forMachines.of(view, rest);
    if (answer === null) return refuse(request, reply, page, 'missing');
    await nextTurn();
    return send(request, reply, { page, policy: contentPolicy(), ...answer });
  };

  const answerPart = async (
    request: FastifyRequest,
    reply: FastifyReply,
    page: StatusPage,
    rest: string,
  ): Promise<FastifyReply> => {
    const { accent, logo } = page;
    const own = keptOf(page);
    if (rest === '') return answerPage(request, reply, page);
    if (rest === '/') return reply.redirect(page.path, 308);
    if (rest === '/theme.css' && accent !== null) {
      const sheet = accentSheet(accent);
      const document = await documentOf(own, rest, accent, () =>
        statusDocument('text/css; charset=utf-8', sheet),
      );
      return send(request, reply, { page, document, policy: contentPolicy() });
    }
    if (rest === '/logo' && logo !== null) {
      const document = await documentOf(own, rest, logo, () => statusDocument(logo.type, logo.bytes));
      // A picture that is opened by itself must not run scripts here.
      const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";
      return send(request, reply, { page, document, policy });
    }
    const { isOfMachine, machineName } = await import('./status-machine.js');
    return isOfMachine(rest)
      ? answerForMachine(
          request,
          reply,
          page,
          machineName(rest, new URL(request.url, 'http://page').searchParams),
        )
      : refuse(request, reply, page, 'missing');
  };

  return {
    async answer(request, reply, { page, rest }) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        void reply.header('allow', 'GET, HEAD');
        throw new HttpError(405, 'method_not_allowed', 'allowed here: GET, HEAD');
      }
      if (!mayRead(request, page)) return refuse(request, reply, page, 'password');
      try {
        return await answerPart(request, reply, page, rest);
      } catch (error) {
        report(error, `${request.method} ${page.path}`);
        return refuse(request, reply, page, 'failed');
      }
    },
  };
}

/** Lines only: no text stands on the colour or has it, whatever its contrast is. */
function accentSheet(accent: string): string {
  return `:root { --accent: ${accent}; }
.pub:not(.embed) { border-top: 4px solid var(--accent); }
.pub main h2 { border-inline-start: 3px solid var(--accent); padding-inline-start: 0.5rem; }
`;
}
