import { setImmediate } from 'node:timers/promises';
import type { StatusPageView } from '../../page/status-view.js';
import { statusDocument, type StatusDocument } from './status-document.js';
import type { PageAccess } from './status-machine.js';

/** Feeds of components and pages of answers that are kept, the newest: there may be thousands. */
const mostOfComponents = 50;

export interface KeptAnswer {
  readonly document: StatusDocument;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** JSON and feeds of one page, each made once for all who ask while the view is the same. */
export interface MachineAnswers {
  /** By the rest of the path; null where there is nothing. */
  of(view: StatusPageView, rest: string): Promise<KeptAnswer | null>;
}

export function createMachineAnswers(access: PageAccess): MachineAnswers {
  // Promises, so that who asks while an answer is being made waits for it and makes no second one.
  const ofPage = new Map<string, Promise<KeptAnswer | null>>();
  const ofComponents = new Map<string, Promise<KeptAnswer | null>>();
  let newest: StatusPageView | null = null;

  const make = async (view: StatusPageView, rest: string): Promise<KeptAnswer | null> => {
    const { answerMachine } = await import('./status-machine.js');
    const answer = await answerMachine(view, rest, access);
    if (answer === null) return null;
    const { type, body, status, headers } = answer;
    await setImmediate();
    return { document: await statusDocument(type, body), status, headers };
  };

  return {
    async of(view, rest) {
      if (newest !== view) for (const each of [ofPage, ofComponents]) each.clear();
      newest = view;
      const kept = /components\/|endpoints\/(?!statuses$)/.test(rest) ? ofComponents : ofPage;
      const known = kept.get(rest);
      if (known !== undefined) return known;
      const made = make(view, rest);
      kept.set(rest, made);
      const [oldest = rest] = ofComponents.keys();
      if (ofComponents.size > mostOfComponents) ofComponents.delete(oldest);
      const forget = (): void => {
        if (kept.get(rest) === made) kept.delete(rest);
      };
      // There is no end of addresses with nothing at them.
      made.then((answer) => {
        if (answer?.status !== 200) forget();
      }, forget);
      return made;
    },
  };
}
