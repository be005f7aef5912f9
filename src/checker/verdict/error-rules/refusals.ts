import { any, is4xx, type TextRule } from './text-rule.js';

const isRefusal = (status: number): boolean => is4xx(status) && status !== 429;

/** What a request may have of a model, which is no model: its parameters and inputs. */
const ofRequest = {
  chinese: '(?!的?(?:参数|參數|输入|輸入|输出|輸出|格式|配置))',
  japanese: '(?!の?(?:パラメ|入力|出力|設定))',
  korean: '(?! ?(?:매개|파라|입력|출력|설정))',
} as const;

/** "Cannot be used", also politely. */
const cannotUse = {
  japanese:
    '(?:(?:利用|使用|アクセス)(?:することが|することは|が|は)?(?:でき|いただけ|頂け|になれ)(?:ない|ません)|使えません)',
  korean: '(?:사용|이용|접근|액세스)(?:할|하실|이|은)? ?(?:수 없|불가)',
} as const;

/** Before "model" in French, Spanish, Portuguese and Italian: what is wrong is something that a request has for it. */
const notOf =
  "(?<!(?:par[aáâ]m[eèé]tr[eoi]s?|valeurs?|valor(?:es|e|i)?|input|entrées?|formato?|option|opción|opção) (?:de|du|des|del|do|di|d)[. ']{1,2})";

const orThe =
  '(?:该|該|此|这个|這個|这款|指定的?|请求的?|請求的?|对应的?|對應的?|相应的?|相應的?|[您你]所?(?:请求|請求|指定|选择|選擇)的?)?';

/**
 * Whom or what a server refuses, in other languages than English, in the order and with the politeness in which the rules of a language do
 * not find it. They are asked last.
 */
export const refusals: readonly TextRule[] = [
  {
    reason: 'permission_denied',
    pattern: any(
      `(?:プラン|契約|会員|ライセンス|国|地域|リージョン|お住まい).{0,24}${cannotUse.japanese}|(?:プラン|契約).{0,16}(?:含まれ(?:てい)?(?:ない|ません)|対象外)`,
      'アクセス(?:が|は)(?:許可され|認められ)て(?:いない|いません|おりません)',
      `(?:요금제|플랜|구독|등급|국가|지역|리전).{0,24}${cannotUse.korean}|모델에 (?:대한 )?(?:접근|액세스)(?:할|하실)? ?(?:수 없|불가)`,
      '\\bin (?:ihrem|deinem|diesem) (?:aktuellen )?(?:tarif|plan|abo|abonnement|vertrag|paket)\\b.{0,12}\\bnicht (?:enthalten|verfügbar|inbegriffen)',
      '\\b(?:tarif|plan|abo|abonnement|paket) (?:enthält|umfasst|unterstützt|erlaubt|beinhaltet)\\b.{0,40}\\bnicht\\b',
      '\\bkein(?:en)? (?:zugriff|zugang) (?:auf|zu[mr]?) (?:[a-zäöüß]{1,12} ){0,2}(?:modell|api|dienst)',
      "\\b(?:forfait|abonnement|offre|plan) .{0,16}\\bne (?:permet|comprend|inclut|couvre|donne) pas|\\bn[.’']?(?:avez|as|a) pas (?:accès|l.accès|l.autorisation|la permission)\\b",
      '\\bno (?:tiene|tienes|dispone de) (?:acceso|permisos?|autorización)\\b|\\b(?:plan|suscripción|tarifa) (?:actual )?no (?:incluye|permite|cubre|da acceso)\\b',
      '(?:^|[ ,.])não (?:tem|possui) (?:acesso|permissão|autorização)|(?:plano|assinatura) (?:atual )?não (?:inclui|permite|cobre|dá acesso)',
      '\\bnon (?:hai|ha|avete|dispone di) (?:accesso|(?:l.)?autorizzazione|il permesso|i permessi)\\b|\\b(?:piano|abbonamento) (?:attuale )?non (?:include|consente|permette|comprende)\\b',
      '(?:тариф|подписк)[а-яё]*(?: план[а-яё]*)? не (?:позволя|включа|предусматрива|да[её]т)',
    ),
    on: isRefusal,
  },
  {
    reason: 'auth_failed',
    pattern: any(
      'api ?キー.{0,8}(?:見つかり|指定され|設定され|必要)|認証情報.{0,6}(?:ありません|ない|必要|不足)',
      'api ?키.{0,10}올바르지|인증 ?정보.{0,8}(?:없|올바르지|필요)',
      '(?:密鑰|金鑰|令牌|憑證|簽名).{0,8}(?:不正確|不存在|有誤|過期)',
      '\\bapi[- ]?(?:schlüssel|key|token) (?:fehlt|(?:wurde )?nicht (?:angegeben|übermittelt|gefunden))|\\banmeldung (?:ist )?fehlgeschlagen',
      '\\b(?:falta|manca) (?:la |una |a |il )?(?:clave|llave|chave|chiave|token) (?:de |da |dell?a? ?)?api\\b',
      '\\b(?:clave|llave|chave|chiave|token) (?:de |da |dell?a? ?)?api .{0,8}(?:ausente|faltante|mancante|não (?:informad|fornecid|encontrad)a|no (?:proporcionad|encontrad|especificad)a|non (?:fornit|trovat)a)',
      '\\bautenticazione (?:non riuscita|fallita)|\\bautenticazione .{0,12}fallita',
      '(?:отсутствует|не указан|не передан|не задан).{0,8}(?:api[- ]?ключ|ключ[а-яё]* api)|api[- ]?ключ .{0,8}(?:отсутств|не указан|не передан|не задан)',
    ),
    on: isRefusal,
  },
  {
    reason: 'quota_exhausted',
    pattern: any(
      '透支|预扣费?.{0,4}额度.{0,4}失败',
      '\\bkontostand .{0,8}(?:negativ|null|zu niedrig)',
      '(?:^|[ ,.])(?:no|não|non) (?:tiene|tienes|dispone de|tem|tens|possui|hai|ha|avete) (?:suficientes?|sufficient[ei]|bastantes?) (?:saldo|créditos?|crediti?|credito|fondos|fundos|fondi)(?![a-zà-ÿ])',
      '\\bquota (?:è )?(?:esaurita|superata)\\b',
    ),
    on: isRefusal,
  },
  {
    reason: 'model_not_found',
    pattern: any(
      `(?:不存在|找不到|未找到|没有找到|沒有找到|无效|無效|不合法|错误)的?${orThe}模型${ofRequest.chinese}`,
      '模型.{0,8}(?:停止服务|停止服務|停服|退役|已移除|已删除|已刪除)',
      `(?:存在しない|見つからない|サポートされていない|対応していない|未対応の|不明な|無効な|未知の)モデル${ofRequest.japanese}`,
      'モデル(?:名|id)?(?:が|は)(?:正しくありません|無効です|不正です)|モデル.{0,16}(?:提供|サポート)(?:を|が|は)?終了',
      `(?:존재하지 않는|찾을 수 없는|지원하지 않는|지원되지 않는|알 수 없는|잘못된|유효하지 않은|제공되지 않는|제공하지 않는) ?모델${ofRequest.korean}`,
      '\\b(?:unbekannte[sn]?|ungültige[sn]?|nicht (?:vorhandene|unterstützte|existierende|verfügbare)[sn]?) modell(?:name)?(?:s|n)?(?![a-zäöüß-])|\\bungültiger modellname|\\bmodell .{0,24}gibt es nicht\\b',
      `${notOf}\\bmod[èe]le (?:inexistant|invalide|non (?:trouvé|pris en charge|supporté))|\\bnom (?:du |de )mod[èe]le (?:est )?(?:invalide|incorrect|inconnu)|\\bmod[èe]le .{0,40}n.(?:est|existe) plus\\b`,
      `${notOf}\\bmodell?[oe] (?:[\\w./:-]{1,60} )?(?:es |é |è |está )?(?:desconocido|desconhecido|sconosciuto|inexistente|inesistente|descontinuado|dismesso|inválido|no válido|não válido|non valido|no es válido|não é válido|non è valido|no está disponible|não está disponível|non è disponibile)(?![a-zà-ÿ])`,
      '(?:неизвестн|несуществующ|неподдерживаем|недопустим|некорректн)[а-яё]+ (?:им[яе][а-яё]* |названи[а-яё]+ )?модел(?:ь|и)(?![а-яё])',
    ),
    on: isRefusal,
    // What passes.
    unless:
      /momento|tempor|agora|attualmente|derzeit|momentan|actuellement|moment|現在|一時|현재|잠시|일시|暂时|暫時/,
  },
];
