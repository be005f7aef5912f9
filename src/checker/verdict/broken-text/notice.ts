import { any } from '../error-rules/text-rule.js';

/** Longer text is an answer. */
const longest = 400;

/** Nothing follows, or only what to do about it. Prose that goes on is an answer. */
const only = String.raw`(?:[.!]?$|(?:[.!,;]| [-–])? (?:and will be back[\w ]{0,20}[.!]?$|(?:please|top[- ]?up|buy|add|purchase|upgrade|recharge|learn more|visit|try again|contact)\b.{0,200}$))`;
const model = String.raw`(?:(?:the|this) (?:requested |selected )?(?:ai )?model(?: (?=[^ ]{0,80}[-\d:/])[\w./:\x60'"@-]{1,80})?)`;
const part = String.raw`(?:(?:the|this|our) (?:ai |llm |chat |inference )?(?:model|service|server|system|api|engine|backend))`;
const plan = String.raw`(?:free|paid|basic|starter|pro|plus|premium|enterprise|current|higher)`;

/** Whole texts with which a gateway, an agent or a shop of models tells why there is no answer. */
const notices = any(
  String.raw`^(?:the |upstream |your |http )*(?:request|server|upstream|provider|backend) (?:ended|failed|returned|responded|completed|finished)(?: with)?(?: an?)?(?: http)?(?: error)? (?:status(?: code)?|code):? ?[45]\d\d[.!]?$`,
  String.raw`^(?:an? (?:\w+ )?error (?:has )?occurred|something went wrong) while (?:processing|generating|handling) (?:your|the|this) (?:request|response|message|prompt|query)${only}`,
  String.raw`^agent stopped due to (?:iteration limit|time limit|max(?:imum)? iterations)(?: or (?:iteration|time) limit)?[.!]?$`,
  String.raw`^worker (?:\w+ ){0,2}request limit reached \(\d{1,9}/\d{1,9}\)[.!]?$`,
  String.raw`^you(?:'ve| have|'re| are) (?:now |currently )?(?:run )?out of (?:api |free |your )?(?:credits?|tokens|quota|balance)${only}`,
  String.raw`^your (?:api |free |remaining )?(?:credits?|tokens|quota|balance) (?:has|have|is|are) (?:been )?(?:run out|used up|exhausted|depleted)${only}`,
  String.raw`^no (?:more )?(?:credits?|tokens|quota|balance) (?:left|remaining)${only}`,
  String.raw`^${model} is (?:not available|not included|only available|not supported) (?:on|in|for|with|under) (?:the |your )?${plan} (?:plan|tier|subscription|account)s?${only}`,
  String.raw`^${model} (?:requires|needs) an? ${plan} (?:plan|subscription|account)${only}`,
  String.raw`^(?:please )?upgrade (?:your plan |to (?:a |an )?${plan} (?:plan )?)(?:to use|for access to) this model[.!]?$`,
  String.raw`^(?:please )?upgrade your (?:plan|subscription|account) to (?:continue|keep)(?: (?:using|chatting|the (?:chat|conversation))\b.{0,60})?[.!]?$`,
  String.raw`^the (?:requested|selected) (?:ai )?model is no longer (?:available|supported)${only}`,
  String.raw`^${model} is no longer (?:available|supported)(?:[.!,;]| [-–]) ?please (?:use|choose|select|switch|try|migrate|upgrade)\b.{0,120}$`,
  String.raw`^${model} (?:has been|is|was) (?:now )?(?:deprecated|decommissioned|retired)${only}`,
  String.raw`^(?:please|you (?:must|need to|have to)) (?:log|sign) ?in (?:again|to continue(?: using (?:this|the|our) (?:service|model|api|chat\w*|app))?|to use (?:this|the|our) (?:service|model|api|chat\w*))[.!]?$`,
  String.raw`^(?:please )?enable javascript and cookies to continue[.!]?$`,
  String.raw`^i'?m having trouble (?:answering|processing|generating)(?: (?:that|this|a response|your (?:request|question|message)))?(?: right now| at (?:the|this) moment)?${only}`,
  String.raw`^${part} is (?:currently |now |temporarily )?(?:under|undergoing|down for) (?:\w+ )?maintenance${only}`,
  String.raw`^your (?:conversation|prompt|message|input) is too long[.!,]? please (?:try|start|create|shorten|reduce)\b.{0,160}$`,
  // Cloudflare's pages as text, Go's gRPC, and Dify's errors of a provider.
  String.raw`^error code: 1\d{3}[.!]?$`,
  String.raw`^rpc error: code = [a-z]{1,40} desc = `,
  String.raw`^[\w ./-]{1,60}\] (?:server unavailable|connection|rate limit|bad request|authorization|invoke|internal server) error, `,
  String.raw`^status(?: code)?: ?[45]\d\d[,;] ?(?:body|message|response|error|reason)\b`,
  String.raw`^error in workflow[.!]?$`,
  String.raw`^(?:unsupported|unknown|unrecogni[sz]ed) model(?: name| id)?: \S{1,200}$`,
  String.raw`^no (?:gpu |model |inference |free |idle )?(?:workers|providers|replicas|instances|backends|deployments|endpoints|channels|gpus) (?:are )?(?:currently )?(?:available|online|ready)${only}`,
  String.raw`^(?:your )?(?:request|job) (?:is |was |has been )?(?:queued|in (?:the )?queue)[.!,:;]? ?(?:at |in |\()?(?:queue )?position:? (?:is )?#?\d{1,9}\b`,
  String.raw`^(?:we are |we're |the (?:server|service|model|system) is )?(?:currently |temporarily )?at (?:full |maximum |max )?capacity[.!,;:]? ?(?:[-–] ?)?(?:please )?(?:try|retry)\b.{0,80}$`,
  String.raw`^(?:this|your|the) (?:request|prompt|message|input|response|output|query) (?:was|has been|is) (?:blocked|rejected|flagged|filtered|denied) (?:by|due to|because of|under) (?:[\w'-]{1,20} ){0,3}(?:content|safety|moderation|guardrails?|usage|firewall|filters?|(?<!\b(?:customs|of the) )polic(?:y|ies))\b.{0,120}$`,
  String.raw`^important notice\b.{0,80}\bapi (?:is being|has been|is|will be) (?:deprecated|shut down)\b`,
);
const apology =
  /^(?:(?:oops|sorry|(?:i'?m|i am|we'?re|we are) sorry|(?:i|we) apologi[sz]e|my apologies|our apologies|apologies|unfortunately)[,.!:]? (?:but )?)?/;
/** A placeholder in brackets. */
const placeholder =
  /^(?:\((?:no|empty) (?:content|response|output|answer|message)\)|\[(?:no|empty) (?:content|response|output|answer|message)\]|<(?:no|empty) (?:content|response|output|answer|message)>)$/;
/** DashScope's way: the status in signs of less and greater, then the code. */
const dashScope = /^<[45]\d\d> (?:internalerror|[a-z]{1,40}\.[a-z.]{1,80})\b/;

/** Questions that such a text may answer. */
const aboutAccounts =
  /\b(?:plans?|tiers?|subscri\w+|credits?|pricing|deprecat\w*|retired?|maintenance|log ?in|sign ?in|log(?:ged)? (?:in|out)|javascript|too long|placeholder|empty|blank|notices?|agents?|apolog\w*|sorry|excuse|waiting|capacity|queue\w*|cloudflare)\b/i;

/** True if the whole text is such a notice, and the question does not ask for one. */
export function isNotice(text: string, question: string): boolean {
  if (text.length > longest || aboutAccounts.test(question.slice(0, 4_096))) return false;
  const lower = text.toLowerCase().replace(/\s+/g, ' ').trim();
  if (placeholder.test(lower) || dashScope.test(lower)) return true;
  const said = lower
    .replace(/[’]/g, "'")
    .replace(/[*_]{2}/g, '')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(apology, '');
  return notices.test(said);
}
