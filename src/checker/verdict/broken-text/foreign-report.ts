import { reasonOfText } from '../error-rules.js';
import { any } from '../error-rules/text-rule.js';

/** Requests to try again, to wait or to fix the account. */
const requests = [
  '请(?:稍|检查|充值|重试|联系|升级)|請(?:稍|檢查|儲值|重試)',
  '\\bbitte (?:versuchen sie es|versuche es|probieren sie es|warten sie|prüfen sie|später erneut)',
  '\\bveuillez (?:réessayer|patienter|vérifier)|\\bmerci de (?:réessayer|patienter)|\\bréessayez\\b',
  '(?:inténtelo|intente|inténtalo) (?:de nuevo|más tarde|nuevamente|otra vez)|\\bvuelva a intentarlo\\b',
  'tente (?:novamente|mais tarde|de novo|outra vez)',
  '\\briprova',
  'повторите|попробуйте',
  'もう一度(?:お試し|やり直)|再度(?:お試し|やり直|実行)|(?:しばらく|時間を).{0,16}(?:お試し|やり直)',
  '다시 시도|잠시 (?:후|뒤)에? ?다시',
];
/** Not the apostrophe, which many words have inside. */
const quote = '"„“”«»‹›「」『』《》';
/** A part of a sentence that asks for it, up to the end and outside of quotations: what somebody says in a story is quoted. */
const plea = new RegExp(
  `(?:^|[.!?,，、;；–-]|(?<=异常|異常|错误|錯誤|失败|失敗|故障)[:：])[^,，、;；:：${quote}]{0,24}(?:${requests.join('|')})[^${quote}]{0,80}$`,
);
/** Sentences that may follow a plea: thanks, and what to do if it does not help. */
const courtesy =
  /^\s?(?:(?:vielen )?dank|falls|sollte|merci (?:de|pour) votre|si (?:le|el) probl|gracias|obrigad|se [oi]l? ?problem|grazie|спасибо|если|感谢|感謝|谢谢|謝謝|如|若|ご了承|それでも|감사|문제가 계속)/;
/** Sentences. A full stop inside of a number or an address ends none. */
const sentence = /(?:[^.!?。！？]|[.!?](?=\S))+/g;

/** True if the text ends with a plea. */
function asksAtEnd(said: string): boolean {
  const sentences = (said.match(sentence) ?? []).filter((one) => /\p{L}/u.test(one) && !courtesy.test(one));
  return plea.test(sentences.at(-1) ?? '');
}

/** Whole texts with terms of programs. */
const terms = any(
  '^(?:无效|無效)的?(?:令牌|密钥|api)|^(?:您的|你的)?(?:额度|額度|余额|餘額|api ?(?:key|密钥))(?:已用[尽完盡]|不足|无效|無效)[。.!！]?$',
  '^(?:ungültige[rs]?|falsche[rs]?|abgelaufene[rs]?) api',
  "^(?:clé|jeton|clave|chave|chiave) (?:de |d'|da |dell?a? )?api",
);

/** What is down, up to the end of the first sentence. */
const german =
  '(?:der|das|die|unser|dieser|dieses) (?:[a-zäöü]{1,12}-)?(?:dienst|service|server|system|modell|ki|api)\\b';
const french = "(?:le|ce|cet|notre|l') ?(?:service|serveur|système|modèle|api|assistant)\\b";
const spanish = '(?:el|este|nuestro) (?:servicio|servidor|sistema|modelo|asistente)\\b';
const portuguese = '(?:o|este|nosso) (?:serviço|servidor|sistema|modelo|assistente)(?![a-zà-ÿ])';
const italian = '(?:il|questo|il nostro) (?:servizio|server|sistema|modello)\\b';

/** Beginnings of failure reports that name no cause. The text must ask to try again as well. */
const failures = any(
  '^(?:抱歉|对不起|很抱歉|非常抱歉|對不起)?[,，。!！]?(?:服务|服務|系统|系統|服务器|伺服器|模型|请求|請求|网络|網路)?(?:出错了|出錯了|出现(?:了)?(?:错误|问题|异常|故障)|出現(?:了)?(?:錯誤|問題)|发生(?:了)?(?:错误|异常|故障)|發生(?:了)?錯誤|开小差)',
  '^(?:leider )?(?:(?:es )?ist |bei der (?:verarbeitung|bearbeitung|anfrage)[^.]{0,60} ist )?(?:leider )?ein (?:[a-zäöüß]{1,20} )?(?:fehler|problem) (?:ist )?aufgetreten',
  '^(?:leider )?(?:ist )?etwas (?:ist )?schief ?(?:gelaufen|gegangen)',
  `^(?:leider )?(?:ist )?${german}[^.]{0,60}\\b(?:nicht (?:verfügbar|erreichbar)|ausgefallen|offline)`,
  "^(?:désolée?,? |malheureusement,? )?(?:une erreur|un problème) (?:[a-zà-ÿ]{1,20} )?(?:s'est produite?|est survenue?)",
  "^(?:désolée?,? )?quelque chose (?:s'est mal passé|a mal tourné|n'a pas fonctionné)",
  `^(?:désolée?,? |malheureusement,? )?${french}[^.]{0,60}(?:indisponible|inaccessible|(?:pas|plus) (?:disponible|accessible)|hors service|hors ligne)`,
  '^(?:lo (?:siento|sentimos),? )?(?:se (?:ha producido|produjo)|ha ocurrido|ocurrió|hubo|ha habido) un (?:[a-zà-ÿ]{1,20} )?(?:error|problema|fallo)(?![a-zà-ÿ])',
  '^(?:lo (?:siento|sentimos),? )?algo (?:salió|ha salido|fue) mal',
  `^(?:lo (?:siento|sentimos),? )?${spanish}[^.]{0,60}(?:no (?:está|se encuentra) (?:[a-zà-ÿ]{1,20} )?disponible|fuera de (?:servicio|línea)|caído)`,
  '^(?:desculpe,? )?(?:ocorreu|aconteceu|houve) um (?:[a-zà-ÿ]{1,20} )?(?:erro|problema|falha)(?![a-zà-ÿ])|^(?:desculpe,? )?algo deu errado',
  `^(?:desculpe,? )?${portuguese}[^.]{0,60}(?:indisponível|não está (?:[a-zà-ÿ]{1,20} )?disponível|fora do ar)`,
  '^(?:spiacenti?,? |ci dispiace,? )?si è verificato un (?:[a-zà-ÿ]{1,20} )?(?:errore|problema)|^(?:spiacenti?,? )?qualcosa è andato storto',
  `^(?:spiacenti?,? )?${italian}[^.]{0,60}(?:non (?:è )?(?:al momento |attualmente )?disponibile|fuori servizio)`,
  '^(?:извините,? |к сожалению,? )?(?:произошла|возникла|произошёл|произошел) (?:[а-яё]{1,20} )?(?:ошибка|сбой)|^(?:извините,? )?что-то пошло не так',
  '^(?:извините,? |к сожалению,? )?(?:сервис|сервер|служба|модель|система)(?![а-яё])[^.]{0,60}(?:недоступ|не отвеча|не работа)',
  '^(?:申し訳(?:ありません|ございません)[。、が]{0,2}|すみません[。、]?)?[^。]{0,40}(?:エラー|問題|障害)が発生(?:し|いた)',
  '^(?:申し訳(?:ありません|ございません)[。、が]{0,2})?(?:現在|ただいま)?[、]?[^。]{0,20}(?:サービス|サーバー?|システム|モデル|機能)[^。]{0,20}(?:利用(?:でき|いただけ)ません|使用できません|応答していません|停止しています)',
  '^(?:죄송합니다[.,]? ?)?[^.]{0,40}(?:오류|문제|장애)가 발생(?:했|하였)',
  '^(?:죄송합니다[.,]? ?)?(?:현재 )?[^.]{0,20}(?:서비스|서버|시스템|모델)[^.]{0,20}(?:사용할 수 없|이용할 수 없|이용하실 수 없|응답하지 않)',
);

/** A sentence that explains an error instead of reporting it. */
const explains =
  /是指|意味|表示|bedeutet|\bwenn\b|signifie|lorsque|significa|cuando|quando|означает|когда|という意味|뜻합니다|의미합니다/;

/**
 * True if a text in lower case and another language than English reports a failure: it ends with a request to try
 * again, beside a known cause or after a sentence that reports a failure.
 */
export function isForeignReport(said: string): boolean {
  if (explains.test(said)) return false;
  const asks = asksAtEnd(said);
  return (asks && failures.test(said)) || ((asks || terms.test(said)) && reasonOfText(said, 200) !== null);
}
