import { any, type TextRule } from '../text-rule.js';
import { long, statesShortLimit } from './periods.js';

const counted = '\\b(?:limit\\w*|quota|exceed\\w*|requests?|calls|messages|tokens|allowed|maximum)\\b';
/** What stands before the length of the period of a limit. */
const within =
  '(?:(?:per|every|each|of the last) |/ ?|\\b(?:in|within|over|during) (?:(?:the|any|a) )?(?:(?:last|past|rolling) )?)';

/** Not a wait in seconds, which is compared with what the reply asks for elsewhere. */
const ofWait = '(?<!\\bagain (?=in \\d{4,6} s))';

const ofRequests = (status: number): boolean => [400, 402, 403, 429].includes(status);

/** Limits that reset after an hour or less, then those that need money or a new period. */
export const limits: readonly TextRule[] = [
  { reason: 'rate_limited', pattern: { test: statesShortLimit }, on: ofRequests },
  {
    reason: 'quota_exhausted',
    pattern: any(
      '\\b(?:resets?|again|until|after|available)(?: at| on)? (?:midnight|tomorrow|next (?:day|week|month))\\b',
      `${counted}.{0,60}${ofWait}${within}(?:${long})`,
      `${within}(?:${long}).{0,60}\\b(?:limit|quota|exceed|maximum)`,
      '\\b(?:daily|weekly|monthly) (?!rate)(?:\\w{1,20} ){0,2}?(?:limit|quota|allowance)\\b[^.!?]{0,60}\\b(?<!not )(?:exceeded|reached|exhausted|used up|hit)\\b',
    ),
    on: ofRequests,
  },
  {
    reason: 'rate_limited',
    pattern: any(
      '(?:per|/|a|each) ?-?(?:sec(?:ond)?|min(?:ute)?|hour|hr)s?\\b',
      '(?:\\b(?:per|each|every) |\\w ?/ ?)\\d{1,5}[ -]?(?:[smh]|(?:sec(?:ond)?|min(?:ute)?|hour|hr)s?)\\b',
      '\\b(?:[rt]p[msh]|qps)\\b',
      '(?:requests|tokens)-per-(?:second|minute|hour)',
      '\\bhourly (?!spend|budget|cost)(?:\\w+ ){0,2}(?:limit|quota)|\\breset(?:s|ting)? hourly',
    ),
    on: (status) => status < 500,
  },
  {
    reason: 'quota_exhausted',
    pattern: any(
      '(?:per|/|a|each|this|current) ?-?(?:day|month|week|billing (?:period|cycle))\\b.{0,80}(?:limit|quota|exceed|reached|used up|budget|credit)',
      '(?:limit|quota|exceed|reached|used up|budget|credit).{0,120}(?:per|/|a|each|this|for the) ?-?(?:day|month|week|today)\\b',
      '(?:daily|monthly|weekly|free[- ]tier|plan|included|spend\\w*|budget|usage|credit|billing hard)[- ](?:(?!rate)\\w+[- ]){0,3}(?:limits?|quota|allowance|allocation|cap|budget)\\b',
      'credit balance is too low',
      '(?:out of|ran out of|used up|used all(?: of)?|reached|hit|exceeded|over|exhausted) (?:your |the |all |my |its |this )?(?:[\\w-]+ ){0,3}(?:usage|credits?|quota|allowance|allocation|spend\\w*|budget)\\b',
      '\\b(?:usage|session|key|spend\\w*|credit|total|weekly|5[- ]hour|five[- ]hour) (?:usage )?(?:limit|cap) (?:has been |was |is )?(?:reached|exceeded|hit|used)',
      'free (?:[\\w-]+ ){0,3}(?:tier|trial|period|quota|credits?|plan|promotion|usage|access|allowance|model)\\b.{0,40}(?:\\bover\\b|ended|expired|exhausted|used up|finished|reached|exceeded|depleted|no longer)',
      '(?:trial|subscription|package|plan|coding plan|promotion) (?:period )?(?:has |is |was )?(?:already )?(?:expired|ended|over\\b|run out|lapsed)|no longer free',
      '(?:balance|credits?|quota)[\\w ]{0,20} (?:is|of|at|:) ?[$€¥]?-?0(?:\\.0+)?\\b|(?:zero|negative|no|low) (?:remaining )?(?:balance|credits?)\\b|balance (?:is )?(?:too low|negative|zero|insufficient|not enough|empty)',
      '(?:please|need to|must) (?:top[- ]?up|recharge|add (?:more )?(?:credits?|funds|balance)|purchase (?:more )?(?:credits?|tokens))|overdue (?:balance|bill|invoice)|in arrears|good standing|unpaid',
      '(?:balance|credits?|funds) (?:is|are|has been|have been) (?:required|insufficient|not enough|exhausted|depleted|used up)',
      "(?:do|does)(?:n't| not) have (?:any |enough |sufficient )?(?:credits?|funds|balance)",
      "(?:insufficient|not enough|no|out of|run out of|exhausted|depleted|exceeded|used up)\\b[\\w' ]{0,40}\\b(?:balance|credits?|funds|quota)\\b",
      '\\b(?:quota|allowance|allocation)\\b.{0,40}\\b(?:exceeded|exhausted|reached|used up|depleted)',
      '\\b(?:quota|allowance|allocation)\\b[^.!?]{0,120}\\b(?:is|was|has been|been) (?:exceeded|exhausted|used up|depleted)\\b',
      "budget (?:has been |was )?(?:exceeded|exhausted|spent)|exceed\\w* [\\w' ]{0,30}budget|exceededbudget|over budget",
      'billing (?:is )?not active|check your (?:plan and )?billing|payment (?:is )?required|account is in arrears|overdue payment|payment method (?:has |was |is )?(?:been )?(?:failed|declined|rejected|expired)',
    ),
    // A parameter of the request.
    unless: /\b(?:thinking|reasoning)[_. -]?budget/,
  },
];
