import { reasonOfText } from '../error-rules.js';
import { any } from '../error-rules/text-rule.js';
import { isForeignReport } from './foreign-report.js';

/** Longer text is an answer. */
const longest = 400;

/** The end of the first sentence. Text that continues is prose. */
const end = String.raw`(?: (?:right now|at (?:the|this) (?:moment|time)|due to [\w ]{1,40}|with other requests|to (?:continue|proceed)))?(?:[.!;:(]|$| [-–(]|,? (?:please|try|retry|check)\b)`;
/** A request to try again or to fix the account. */
const plea = String.raw`(?:[.!:,]| [-–])? ?.{0,160}\b(?:try again|retry|slow down|please (?:wait|check|contact|upgrade|top[- ]?up|add|reduce)|contact support)`;
const part = String.raw`(?:(?:the|this|our) )?(?:(?:ai|requested|language|upstream|remote|inference|chat|llm|backend|model) ){0,2}(?:model(?: [\w./:\x60'"@-]{1,80})?|(?:model|server|service|system|engine|backend|provider|gpu)s|server|service|system|api|engine|backend|endpoint|llm|upstream|chatbot|provider|deployment)`;
const limit = String.raw`(?:(?:the|your) )?(?:(?:api|request|token|free) )?(?:(?:rate|usage|quota|token|request|concurrency|free tier|plan) limits?|(?:daily|monthly|hourly|weekly|credit)(?: (?:message|usage|request|token|api))? limit)`;
const secret = String.raw`(?:\w+ )?(?:api[ _-]?keys?|(?:access|auth|bearer|authentication) (?:key|token)|x-api-key|credentials)`;

/** Whole sentences with which programs report an error. */
const reports = any(
  String.raw`^${limit} (?:has been |was |is )?(?:exceeded|reached|hit)(?: (?:for|on|in) .{0,120})?${end}`,
  String.raw`^too many (?:concurrent )?requests(?:[.!]?$|${plea}| (?:in \d|from (?:this|your)))`,
  String.raw`^(?:invalid|incorrect|missing|expired|wrong|bad|unknown|no|unauthori[sz]ed:.{0,40}) ${secret}(?: (?:provided|found|given|set|supplied|configured|specified|passed))?${end}`,
  String.raw`^(?:the |your |this )?${secret} (?:(?:you )?provided )?(?:is |was |has )?(?:been )?(?:currently )?(?:not valid|invalid|incorrect|expired|missing|revoked|disabled|deactivated|required)(?: or (?:has )?(?:expired|invalid|missing|been revoked))?${end}`,
  String.raw`^(?:invalid|expired|missing) token${end}`,
  String.raw`^(?:authentication|authori[sz]ation) failed(?:[.:]|$)`,
  String.raw`^you(?:'ve| have)? (?:exceeded|reached|hit|used up) (?:your (?:[\w-]+ ){1,3}(?:quota|limit|credits)|the (?:rate|usage|request) limit)\b`,
  String.raw`^you(?:'ve| have)? (?:reached|hit) your limit for [^.]{0,60}${plea}`,
  String.raw`^your (?:credit|account) balance is (?:too low|insufficient)\b`,
  String.raw`^(?:you have )?insufficient (?:account )?(?:balance|credits?|quota)${plea}`,
  String.raw`^(?:quota|capacity) exceeded(?: for .{0,80})?${end}`,
  'resource has been exhausted',
  String.raw`^(?:[\w.-]{1,30}: )?your (?:account|subscription|trial|session|free trial|plan) (?:has |is |was )(?:been )?(?:expired|suspended|disabled|deactivated|terminated|blocked|restricted)${end}`,
  String.raw`^trial (?:has )?(?:expired|ended)${end}`,
  String.raw`^${part} (?:is|are|seems to be) (?:(?:currently|temporarily|now|too) )*(?:overloaded|unavailable|not available|busy|at capacity|down|offline|timing out|not responding|loading|not (?:yet )?ready|disabled|experiencing (?:high|heavy).{0,40})${end}`,
  String.raw`^${part} (?:did not respond|has timed out|timed out|not found|does not exist|not loaded|was not found|could not be (?:found|reached|loaded))\b`,
  '^overloaded[.!]?$',
  String.raw`^we(?:'re| are) (?:currently )?experiencing (?:\w+ )?(?:high|heavy|increased) (?:demand|load|traffic)\b`,
  String.raw`^(?:failed|unable|(?:could not|couldn't|cannot|can't)) (?:to )?(?:connect|fetch|reach|load|generate|process|get|complete|contact|communicate)\b[^.,;]{0,80}\b(?:server|upstream|backend|model|endpoint|provider|ollama|vllm|api|your request|(?:a|the) response)\b`,
  String.raw`^failed to (?:generate|get|fetch|retrieve|produce|complete) (?:the |a |an )?(?:model |llm |ai |chat )?(?:response|completion|answer|output)${end}`,
  String.raw`^(?:the )?(?:\w+ )?request (?:has )?(?:failed|timed out)(?: with .{0,80})?${end}`,
  String.raw`^(?:your|the) request was rejected\b`,
  String.raw`^(?:an? (?:\w+ )?error (?:has )?occurred|something went wrong)(?:${plea}|[.:] .{0,40}\berror\b| while (?:processing|generating|handling)\b[^.,;!?:]{0,60}(?:[.!?:]|$))`,
  String.raw`^(?:i|we) (?:encountered|ran into) an? (?:\w+ )?(?:error|problem) while (?:processing|generating|handling)`,
  String.raw`^i'?m having trouble (?:connecting|reaching|responding)\b`,
  String.raw`^time-?out while waiting for\b`,
  String.raw`^(?:invalid|missing) (?:authentication|authori[sz]ation)(?: (?:header|credentials))?[.!]?$`,
  String.raw`^(?:access|permission) denied(?: on (?:resource|model)|: (?:your|invalid|the|you)|[.!] your (?:ip|account|key|api key|network|region|country|access)\b)`,
  String.raw`^(?:connection|network|server|upstream|gateway) error(?:[.:!]|$)`,
  String.raw`^no (?:available|healthy) (?:\w+ )?(?:channel|deployment|provider|model|worker|instance|endpoint)s?\b`,
  String.raw`^no response from (?:the )?(?:model|server|upstream|backend)\b`,
  String.raw`^all (?:\w+ )?(?:providers|models|deployments|channels|backends) (?:have )?(?:failed|are)\b`,
  String.raw`^this model's maximum context length is`,
  String.raw`^network error due to`,
);
/** A label such as `Error:` before the text. */
const labelled =
  /^(?:(?:api|http|https|network|connection|server|internal|unexpected|unknown|model|runtime|fatal|upstream|gateway|provider|stream) ){0,3}(?:error|exception)s?(?: code| generating response)?(?:\]? {0,2}(?:[:(-]|[45]\d\d(?=[.:,({]|$))|\] {0,2}[45]\d\d\b)|^error\] |^[\w.]{1,80}(?:error|exception): /;
const apology =
  /^(?:oops|sorry|(?:i'?m|i am|we'?re|we are) sorry|(?:i|we) apologi[sz]e|apologies|uh-?oh|unfortunately)[,.!:]? (?:but )?/;
const asksAgain = /\b(?:try again|retry)\b/;
const technical =
  /: [45]\d\d\b|\bstatus(?: code)? ?:?\(?[45]\d\d\b|\bcode:? ?[45]\d\d\b|(?:error|exception)s?[:(\]]? {0,2}[45]\d\d\b|\b(?:connection|network) error\b|timed out|not responding|stream id|internal_error|not loaded/;
/** A sentence that explains an error instead of reporting it. */
const explains =
  /\b(?:means?|refers? to|indicates?|occurs|happens?|signals?|stands for|denotes?|describes?|typically|usually|often|generally|said|says|when|so that|for example)\b/;
/** Words of a question that may be answered with text about errors, or with any sentence. */
const aboutErrors = any(
  String.raw`\b(?:errors?|errno|exceptions?|fail\w*|https?|[45]\d\d|apis?|quotas?|rate[- ]?limit\w*|time-?outs?|logs?|stack ?traces?|tracebacks?|status codes?|servers?|gateways?|unavailable|denied|unauthori[sz]ed|forbidden|overload\w*|throttl\w*|messages?)\b`,
  String.raw`\b(?:translat\w*|quote|rephrase|repeat|rewrite|summari[sz]e|correct|classify|slogan|sentences?|stor(?:y|ies)|tales?|jokes?|puns?|riddles?|phrase|announc\w*|maintenance)\b`,
  // Stories and announcements.
  'geschichte|erzähl|märchen|\\bwitz|störung|gestört|ausfall|(?<!er)wartung|gewartet|ansage|absage|hinweis|meldung|entschuldig',
  'histoire|\\bcontes?\\b|raconte|blague|\\bpannes?\\b|\\bannonces?\\b|répondeur',
  'historia|\\bcuent[oa]s?\\b|chiste|avería|mantenimiento|\\bavisos?\\b|anuncio|história|\\bcontos?\\b|falha|anúncio|manutenç',
  'storia\\b|raccont|guasto|avviso|annuncio|manutenzione',
  'рассказ|истори|сказк|шутк|сбой|авари|объявлен|техработ|технически(?:е|х) работ',
  '物語|(?<![電会])話を|障害|故障|案内|お知らせ|メンテナンス|文言|이야기|장애|고장|안내|점검|문구|故事|笑[话話]|公告|[维維][护護]|提示',
  'nachricht|mensaje|mensagem|messaggio|сообщени|消息|メッセージ|메시지',
  // Lines of logs, made up.
  'syslog|\\blog[ -]?(?:zeile|eintrag|datei|line|entr|file|rad|fil|regel)|\\bjournal|\\binvent|erfinde|日志|日誌|ログ|로그|журнал|\\bлог',
  // Errors, translation and summaries in other languages.
  '\\bfout|\\bfeil\\b|\\bfejl|\\bfel(?:et|meddel\\w*)?\\b|błąd|błęd|\\bhata|\\bchyb|\\bvirhe|\\bhib[aá]|eroare|erori|помилк|σφάλμα|خطأ|خطا|שגיא|त्रुटि|ข้อผิดพลาด|kesalahan|lỗi',
  'vertaal|vertaling|oversæt|oversett|översätt|tłumacz|çevir|käännä|přelož|prelož|fordíts|traduceți|переклад|превед|μετάφρα|ترجم|תרגם|अनुवाद|แปล|terjemah|dịch',
  'samenvat|vat samen|streść|streszcz|podsumuj|zusammenfass|fasse?\\b.{0,80}zusammen|résum|\\bresum|riassum|özetle|sammanfatta|sammenfat|oppsummer|opsummer|tóm tắt|لخص|总结|總結|概括|摘要|要約|요약|перескаж|резюмир',
  'fehler|übersetz|erreur|tradui|traduc|traduz|errore|ошибк|перевед|错误|錯誤|翻译|翻譯|报错|エラー|翻訳|오류|번역',
);

/** True if a question asks about errors or for any sentence: its answer may read like an error. */
export function asksForErrors(question: string): boolean {
  const asked = question.slice(0, 4_096).toLowerCase();
  return aboutErrors.test(asked) || reasonOfText(asked, 200) !== null;
}

/** True if the whole text is an error report: it begins like one and names a known cause. */
export function isErrorSentence(text: string): boolean {
  if (text.length > longest) return false;
  const lower = text
    .toLowerCase()
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(/[*_]{2}|[’]/g, (mark) => (mark === '’' ? "'" : ''))
    .replace(/\s+/g, ' ');
  const said = lower.replace(apology, '');
  if (labelled.test(said))
    return asksAgain.test(said) || technical.test(said) || reasonOfText(said, 200) !== null;
  return isForeignReport(said) || (reports.test(said) && !explains.test(said));
}
