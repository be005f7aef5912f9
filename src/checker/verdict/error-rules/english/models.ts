import { any, is4xx, type TextRule } from '../text-rule.js';

const named =
  '\\bmodels?\\b[\\s/:]*(?:with (?:the )?)?(?:id |name |version )?[`\'"‘“(]?[\\w./:@+-]{0,200}[`\'"’”)]?,?\\s*';

/** Of a model that is a base with an adapter, as in "The lora adapter "sql" does not exist". */
const adapter =
  '\\b(?:lora[ -]adapter|adapter(?<!(?:network|wifi|ethernet|power|usb) adapter))s?:?\\s(?:(?:with )?(?:id |name )?[`\'"‘“]?[\\w./:@+-]{1,200}[`\'"’”]?\\s)?';

/** Names of models and deployments that do not exist. */
export const missingModels: readonly TextRule[] = [
  {
    reason: 'model_not_found',
    pattern: any(
      `${named}(?:is |was |does |has been |has |could |can |are )?(?:currently )?(?:not|n't) ?(?:be )?(?:a )?(?:found|exist|supported|available|deployed|valid|accessible|recogni[sz]ed)`,
      `${named}(?:is |was |has been )(?:deprecated|decommissioned|discontinued|removed|retired|shut ?down|sunset|invalid|unknown|no longer)`,
      '(?:unknown|invalid|no such|unrecogni[sz]ed|unsupported|unable to access(?: non-serverless)?|could not find|cannot find) (?:the )?model\\b(?! (?:parameter|input|output|response))',
      'deployment .{0,40}does not exist',
      'no endpoints (?:found|available)',
      `${named}(?:is |was |has been )?disabled`,
      `${adapter}(?:is |was |does |could |can ?|has )?(?:currently )?(?:not|n't) ?(?:be )?(?:found|exist|loaded|available|registered)`,
      '(?:unknown|invalid|no such|unsupported|could not find|cannot find) (?:the )?(?:lora )?adapter\\b|no (?:lora )?adapter (?:named|called|with)',
      '^model: \\S+$',
      '\\bmodel\\b(?!.{0,60}\\b(?:param\\w*|field|option|feature|argument|value)\\b).{0,100} has been (?:decommissioned|discontinued|retired)\\b',
      '\\bmodel\\b.{0,200} has reached (?:the |its )end of (?:its )?life',
      'could not resolve the (?:foundation )?model',
      '\\bmodel (?:is|was|has been) marked (?:by (?:the )?provider )?as legacy\\b',
      '(?:with|n.t support) on-demand throughput',
      'unavailable model:|not found the model|(?:given|specified|requested) endpoint does not exist',
      "function '[\\w-]{1,80}': not found for account",
      'not a valid model',
      'llm provider not provided',
      'no model (?:named|called|with)',
      '\\bonly\\b.{0,100}\\b(?:allowed|supported|available)\\b.{0,20}\\b(?:your|requested|given) model\\b',
      '\\b(?:endpoint|deployment|model)\\b.{0,100}\\b(?:is|was|has been) (?:currently )?(?:not (?:running|started|deployed|active)|inactive|paused|stopped|(?:being )?deleted)\\b',
      'could not find real modelid',
      'could not find (?:a )?(?:suitable )?inference handler|no (?:router|handler) for (?:the )?requested model',
      '\\bmodel (?:specified|named|given)(?: in)? your request is not configured',
      'repository not found for url',
      'servable not found|(?:specified|requested|given) version does(?: not|n.t) exist',
      'no deployment (?:named|called|with (?:the )?name)\\b',
    ),
    on: is4xx,
  },
  {
    reason: 'model_not_found',
    // Clouds that name a model by its endpoint say so with 400, also of one that somebody deleted.
    pattern: any(
      '\\b(?:endpoint|deployment) (?:(?:named|called|with name) )?[`\'"]?[\\w.:@-]{1,200}[`\'"]?(?: of account \\d{1,20})? (?:was |is |could |can ?)?(?:not (?:be )?(?:found|exist)|does(?: not|n.t) exist)\\b',
      '\\b(?:could not|cannot|can.t|unable to) find (?:an? |the )?(?:endpoint|deployment) [`\'"]?[\\w.:@-]',
      '\\bno (?:such )?endpoint (?:named|called|with (?:the )?name)\\b',
    ),
    on: (status) => status === 400,
  },
];
