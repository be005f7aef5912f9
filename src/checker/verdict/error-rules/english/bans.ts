import { any, is4xx, isLasting, type TextRule } from '../text-rule.js';

/** What a filter refuses. A text that names a user may be about one of these. */
const prompt =
  '(?:prompts?|inputs?|outputs?|contents?|messages?|requests?|quer(?:y|ies)|texts?|images?|answers?|completions?|responses?|generations?)\\b';

/** Not the one whose prompt was refused. */
const user = 'user(?<!(?:from|by|of|for) (?:the |this |a |your )?user)';

const account = `(?:account|${user}|customer|consumer|tenant|member|organi[sz]ation|project|team|workspace|subscription|(?:api[- ]?)?key|(?:api|access|auth) token|(?:api |model )?access)`;

const network =
  '(?:(?:web)?site|web ?page|url|domain|host|ip(?: address)?|network|connection|country|region)';

const banned =
  '(?:banned|blocked|blacklisted|denylisted|disabled|deactivated|revoked|suspended|terminated|restricted|frozen|locked|flagged|barred|withdrawn)';

/** At most five words between whom and what happened, such as a name and "has been permanently". */
const words = `(?:[ ,:'"\`’()<>-]{1,3}(?!all\\b|${prompt})[\\w.@-]{1,80}){0,5}[ ,:'"\`’()<>-]{1,3}`;

/**
 * Lasting refusals: an account, key or network is banned, not one prompt, though the text may name the same policies. They
 * come before the rules of filters.
 */
export const bans: readonly TextRule[] = [
  {
    reason: 'permission_denied',
    pattern: any(
      `\\b${account}${words}${banned}\\b(?! (?:this|your|the|an?|its?)\\b)`,
      "\\byou(?:'ve|’ve| have| were| are)(?: been)?(?: (?:temporarily|permanently))? (?:banned|blocked|suspended|blacklisted|barred)\\b",
      '\\b(?:plan|service|contract) (?:was |has been |is )(?:cancell?ed|terminated|suspended)\\b',
      `\\b${banned} (?:your|this|the|an?) (?:[\\w-]{1,40} ){0,2}?${account}\\b(?!(?:'s|’s)? ${prompt})`,
      `\\b${network}${words}(?:banned|blocked|blacklisted|denylisted|restricted)\\b`,
      '\\b(?:account|tenant|organi[sz]ation|project|workspace|customer|user|key) (?:has |have |is )?(?:repeatedly )?violat',
      'violat\\w* (?:of )?(?:the |our |its |your )?(?:[\\w-]{1,40} )?licen[cs]\\w+|licen[cs]\\w+ (?:terms|agreement) (?:was |were )?violated',
      '\\blicen[cs]e (?:key )?(?:is |was |has )?(?:been )?(?:expired|revoked)',
      "\\borgani[sz]ation(?:al)?(?:'s|’s)? policy\\b.{0,160}\\bviolat|violat\\w+ .{0,40}\\borgani[sz]ation(?:al)?(?:'s|’s)? policy",
    ),
    on: isLasting,
    unless: /too many requests|rate[- ]?limit|\bquota|\bbudget/,
  },
  {
    reason: 'permission_denied',
    pattern: any(
      `\\b(?:organi[sz]ation|account|project|team|workspace|${user}|access)\\b(?:(?!\\b${prompt}).){0,40}\\b(?:is|was|has been|been|are) (?:temporarily |permanently )?(?:disabled|suspended|deactivated|blocked|banned|terminated|restricted|frozen|locked|on hold)`,
    ),
    on: (status) => is4xx(status) && isLasting(status),
  },
  {
    reason: 'permission_denied',
    // Firewalls and filters of a network.
    pattern: any(
      '\\b(?:blocked|denied|rejected|prohibited|forbidden|disallowed) (?:by|due to|because of|under)\\b.{0,40}\\b(?:network\\b(?! (?:error|failure|issue|time))|fire ?wall|waf\\b|web[- ]?(?:site )?filter|url[- ]filter|dns\\b|corporate|company|organi[sz]ation|administrator|security (?:policy|rule|gateway)|service control policy|data policy)',
      '\\b(?:fire ?wall|waf|web[- ]?filter|url[- ]filter|security (?:policy|gateway)|network policy)\\b.{0,40}\\b(?:blocked|denied|rejected|prohibited|forbidden)\\b',
    ),
    on: isLasting,
    // What a company forbids in prompts is refused by a filter.
    unless:
      /\b(?:prompts?|inputs?|outputs?|contents?|messages?|completions?|guardrails?|moderation|unsafe|harmful)\b/,
  },
  {
    reason: 'permission_denied',
    pattern: any(
      '\\b(?:account|organi[sz]ation|project|workspace|user|tenant) (?:is |was |has been )?(?:permanently )?(?:suspended|banned|deactivated|terminated|disabled)\\b',
    ),
    on: (status) => status === 429,
    // What passes is a limit.
    unless: /temporar|\bper (?:second|minute|hour)|\brate\b|too many|\buntil\b|\bfor \d/,
  },
];
