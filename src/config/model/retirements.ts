/** A vendor's list of the models that it retires. */
export interface RetirementList {
  /** The vendor's page. */
  readonly url: string;
  /** Names of models as the API takes them, by the UTC day from which they may not answer. */
  readonly days: Readonly<Record<string, readonly string[]>>;
}

/** Day on which the lists were last compared with the pages. */
export const retirementsReadOn = '2026-11-30';

/**
 * Published retirements by provider. Left out: names of which only a dated version is listed, dates that are only the earliest possible
 * ones of models that are not deprecated, and providers whose names of models are the operator's own (deployments of Azure) or whose dates
 * depend on the region (Bedrock). A model of the configuration with `retires_at` needs no entry.
 */
export const retirements: Readonly<Record<string, RetirementList>> = {
  // "Upcoming deprecations" and the history below it.
  openai: {
    url: 'https://developers.openai.com/api/docs/deprecations',
    days: {
      '2026-07-23': [
        ...['computer-use-preview', 'computer-use-preview-2025-03-11'],
        ...['gpt-4o-audio-preview-2024-12-17', 'gpt-4o-mini-audio-preview-2024-12-17'],
        ...['gpt-4o-mini-realtime-preview-2024-12-17', 'gpt-4o-mini-tts-2025-03-20'],
        ...['gpt-4o-search-preview-2025-03-11', 'gpt-4o-mini-search-preview-2025-03-11'],
        ...['gpt-5-chat-latest', 'gpt-5-codex', 'gpt-5.1-chat-latest', 'gpt-5.1-codex'],
        ...['gpt-5.1-codex-max', 'gpt-5.1-codex-mini', 'gpt-5.2-codex'],
        ...['gpt-audio-mini-2025-10-06', 'gpt-realtime-mini-2025-10-06'],
        ...['o3-deep-research', 'o3-deep-research-2025-06-26'],
        ...['o4-mini-deep-research', 'o4-mini-deep-research-2025-06-26'],
      ],
      '2026-10-23': [
        ...['gpt-3.5-turbo', 'gpt-3.5-turbo-0125', 'gpt-4', 'gpt-4-0613', 'gpt-4-1106-preview'],
        ...['gpt-4-turbo', 'gpt-4-turbo-2024-04-09', 'gpt-4o-2024-05-13'],
        ...['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'],
        ...['o1', 'o1-2024-12-17', 'o1-pro', 'o1-pro-2025-03-19'],
        ...['o3-mini', 'o3-mini-2025-01-31', 'o4-mini', 'o4-mini-2025-04-16'],
      ],
      '2026-12-11': [
        ...['gpt-5', 'gpt-5-2025-08-07', 'gpt-5-mini', 'gpt-5-mini-2025-08-07'],
        ...['gpt-5-nano', 'gpt-5-nano-2025-08-07', 'gpt-5-pro', 'gpt-5-pro-2025-10-06'],
        ...['o3', 'o3-2025-04-16', 'o3-pro', 'o3-pro-2025-06-10'],
      ],
      '2027-01-14': [
        ...['gpt-4o-2024-08-06', 'gpt-4o-2024-11-20', 'gpt-4o-mini-2024-07-18'],
        ...['gpt-4.1-2025-04-14', 'gpt-4.1-mini-2025-04-14'],
      ],
    },
  },
  // The status table; the dates of deprecated models are tentative until they have passed.
  anthropic: {
    url: 'https://platform.claude.com/docs/en/about-claude/model-deprecations',
    days: {
      '2025-10-28': ['claude-3-5-sonnet-20240620', 'claude-3-5-sonnet-20241022'],
      '2026-06-15': ['claude-sonnet-4-20250514', 'claude-opus-4-20250514'],
      '2026-11-30': ['claude-sonnet-4-5-20250929'],
      '2027-01-22': ['claude-opus-4-5-20251101', 'claude-opus-4-5'],
    },
  },
  // Those with a shutdown date that is past or has been announced.
  gemini: {
    url: 'https://ai.google.dev/gemini-api/docs/deprecations',
    days: {
      '2025-12-02': [
        ...['gemini-2.5-pro-preview-03-25', 'gemini-2.5-pro-preview-05-06', 'gemini-2.5-pro-preview-06-05'],
      ],
      '2026-03-09': ['gemini-3-pro-preview'],
      '2026-12-01': ['gemini-2.5-pro', 'gemini-2.5-flash'],
    },
  },
};

/** When the provider retires the model of exactly this name, by its page; null where that is not listed. */
export function publishedRetirement(
  provider: string,
  modelName: string,
): { readonly at: number; readonly url: string } | null {
  const list = Object.hasOwn(retirements, provider) ? retirements[provider] : undefined;
  if (list === undefined) return null;
  const [day] = Object.entries(list.days).find(([, names]) => names.includes(modelName)) ?? [];
  return day === undefined ? null : { at: Date.parse(day), url: list.url };
}
