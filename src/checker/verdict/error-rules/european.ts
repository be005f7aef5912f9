import { any, is5xx, isLasting, type TextRule } from './text-rule.js';

/** What a filter refuses, of each language. */
const prompts = {
  german: '(?:eingabe|ausgabe|inhalt(?!s?richtlin)|anfrage|prompt|nachricht|antwort)',
  french: '(?:(?<!politique de )contenu|requête|demande|prompt|message|entrée|sortie|réponse)',
  southern:
    '(?:(?<!pol[íi]tica d[ei] )(?:contenido|conteúdo|contenuto)|solicitud|solicitação|richiesta|prompt|mensaje|mensagem|messaggio|entrada|respuesta|resposta|risposta)',
  russian: '(?:(?<!политик[иу] )контент|содержани|запрос|промпт|сообщени|ввод|ответ|текст)',
} as const;

/** What a request has for a model. */
const parts = {
  german: '(?:parameter|option|feld|wert|funktion|eingabe|format|nachricht|rolle|werkzeug)',
  french: '(?:paramètre|option|champ|valeur|fonction|format|message|rôle|outil)',
  southern:
    '(?:par[aáâ]metro|opci[oó]n|opção|opzione|campo|valor|función|função|funzione|formato|mensa|messag|\\brol\\b|ruolo|herramienta|ferramenta)',
  russian: '(?:параметр|опци|функци|поле|формат|сообщени|роль|инструмент)',
} as const;

/** What may stand between whom and what happened. Where a prompt comes before, whom it names has written it. */
const after = (prompt: string): string => `(?<!${prompt}.{0,32})(?:(?!${prompt})[^.]){0,60}`;

const filters = {
  german:
    '(?:moderation|inhalts?(?:filter|prüfung|moderation)|sicherheits(?:filter|prüfung)|guardrails?)[\\w-]{0,20}',
  french: '(?:modération|filtre (?:de |du )?(?:contenu|sécurité)|garde-fous?|guardrails?)',
  southern:
    '(?:moderación|moderação|moderazione|filtro (?:de |di |del )?(?:contenido|conteúdo|contenuti|seguridad|segurança|sicurezza)|guardrails?)',
  russian:
    '(?:модераци[а-яё]+|фильтр[а-яё]* (?:контента|содержимого|безопасности)|проверк[а-яё]+ (?:контента|безопасности))',
} as const;

/** Over an hour. */
const hours = '(?:[2-9]|\\d{2,3})';

/** Reasons of German, French, Spanish, Portuguese, Italian and Russian texts; the first match decides. */
export const european: readonly TextRule[] = [
  {
    reason: 'quota_exhausted',
    // Limits of a day or longer; those of an hour or less pass.
    pattern: any(
      `(?:limit|anfragen|token).{0,40}(?:pro (?:tag|woche|monat)|(?:in|innerhalb von) (?:den letzten )?${hours} (?:stunden|tagen))`,
      `(?:limite|requêtes|demandes|jetons).{0,40}(?:par (?:jour|semaine|mois)|(?:en|dernières) ${hours} (?:dernières )?heures)`,
      `(?:l[íi]mite|solicit|peticiones|requisições|richieste).{0,40}(?:(?:por|al|ao|per) (?:d[íi]a|giorno|semana|settimana|m[eê]s)|(?:en|em|in) (?:las últimas |as últimas |le ultime )?${hours} (?:horas|ore))`,
      `(?:лимит|запрос|токен).{0,40}(?:в (?:сутки|день|неделю|месяц)|за (?:последние )?(?:сутки|день|${hours} час))`,
    ),
  },
  {
    reason: 'quota_exhausted',
    pattern: any(
      '(?:guthaben|kontingent|quote|budget|freikontingent).{0,24}(?:erschöpft|aufgebraucht|überschritten|nicht aus|leer|verbraucht|erreicht|abgelaufen)|(?:unzureichendes|kein|nicht genug|nicht genügend) guthaben|(?:tages|monats|wochen|nutzungs|ausgaben)(?:limit|kontingent)',
      '(?:crédits?|solde|quota|budget|forfait).{0,24}(?:épuisée?s?|insuffisante?s?|dépassée?s?|atteinte?|expirée?)|(?:quota|limite).{0,12}(?:quotidien|mensuel|journali)|essai gratuit',
      '(?:saldo|créditos?|cuota|presupuesto|cota|credito).{0,24}(?:insuficientes?|agotad[oa]s?|excedid[oa]|superad[oa]|alcanzad[oa]|esgotad[oa]s?|esaurit[oa]|insufficiente)|(?:límite|limite).{0,12}(?:diario|mensual|diário|mensal|giornaliero|mensile)|prueba gratuita',
      "(?:n'avez|n'as|n'a|ne disposez|ne dispose|il n'y a) (?:plus|pas)(?: assez| suffisamment)?(?: de | d'| aucun )?(?:crédits?|solde|quota)|(?:avez|as|a) (?:dépassé|épuisé|atteint) (?:votre|vos|ton|tes|le|son) (?:quota|crédits?|forfait|budget|solde|limite (?:mensuelle|quotidienne))",
      '(?:^|[ ,.])(?:no|não|non|sin|sem|senza) (?:[a-zà-ÿ]{1,12} ){0,2}(?:saldo|créditos?|crediti?|cuota|cota|fondos|fundos|fondi) (?:[a-zà-ÿ]{1,12} )?(?:suficientes?|sufficient[ei]|bastantes?)',
      '(?:^|[ ,.])(?:no|não|non) (?:(?:te|le|lhe|ti) )?(?:quedan?|tienes?|tiene|hay|restam?|há|possui|tem|tens|hai|ha|avete|rimangono|restano|ci sono)(?: más| mais| più)? (?:créditos?|saldo|crediti?)(?![a-zà-ÿ])',
      '(?:superado|excedido|agotado|consumido|alcanzado|ultrapassou|excedeu|atingiu|esgotou|consumiu|esaurito|superato|raggiunto|terminato) (?:(?:tu|su|tus|sus|el|la|los|o|a|os|seu|sua|seus|suas|il|i|tuo|tua|tuoi|suo|sua|suoi) ?){1,2}(?:cuota|saldo|créditos?|presupuesto|cota|orçamento|quota|crediti?|budget|l[íi]mite (?:mensual|diario|mensal|diário|mensile|giornaliero))(?![a-zà-ÿ])',
      'crediti (?:[a-z]{1,12} )?(?:esauriti|insufficienti|terminati|finiti)|(?:créditos|saldo|cota) (?:[a-zà-ÿ]{1,12} )?(?:acabou|acabaram|terminaron|se acabaron|se han agotado)',
      '(?:баланс|средств|кредит|квот|лимит токенов|бюджет).{0,24}(?:недостаточно|исчерпан|превышен|закончил|израсходован|нулев)|недостаточно (?:средств|кредит|баланс)|(?:дневн|суточн|месячн)[а-яё]* (?:лимит|квот)|пополните|бесплатн[а-яё]+ (?:период|лимит|квот)',
    ),
  },
  {
    reason: 'permission_denied',
    // Whom it names is banned, not one prompt.
    pattern: any(
      `(?:konto|account|benutzer|nutzer|zugang|zugriff|organisation|projekt|schlüssel|ip-adresse|netzwerk|web-?seite|website)\\b${after(prompts.german)}(?:gesperrt|deaktiviert|blockiert|widerrufen|entzogen|verbannt|gebannt|eingeschränkt|ausgesetzt|gekündigt)`,
      `(?:compte|utilisateur|accès|organisation|projet|clé|adresse ip|réseau|site)\\b${after(prompts.french)}(?:suspendue?|désactivée?|bloquée?|bannie?|révoquée?|restreinte?|résiliée?|gelée?|fermée?)`,
      `\\b(?:cuenta|usuario|acceso|organización|proyecto|clave|dirección ip|red|sitio|conta|acesso|organização|projeto|chave|endereço ip|rede|site|account|utente|accesso|organizzazione|progetto|chiave|indirizzo ip|rete|sito)(?![a-zà-ÿ])${after(prompts.southern)}(?:suspendid[oa]|bloquead[oa]|desactivad[oa]|deshabilitad[oa]|revocad[oa]|prohibid[oa]|vetad[oa]|restringid[oa]|cancelad[oa]|suspens[oa]|desativad[oa]|banid[oa]|revogad[oa]|sospes[oa]|bloccat[oa]|disattivat[oa]|disabilitat[oa]|bannat[oa]|revocat[oa]|limitat[oa])`,
      `(?:аккаунт|уч[её]тн|пользовател|доступ|организаци|ключ|проект|ip-?адрес|сеть|сайт)${after(prompts.russian)}(?:заблокирован|приостановлен|деактивирован|отключ[её]н|отозван|забанен|заморожен|ограничен|аннулирован|закрыт)`,
      `(?:^|[^а-яё])вы (?:были |временно |навсегда )?(?:заблокированы|забанены)|\\b(?:sie|du) (?:wurden?|wurdest|sind|bist)${after(prompts.german)}(?:gesperrt|gebannt)|vous (?:avez été|êtes) (?:banni|bloqué|suspendu|exclu)|(?:usted ha|has) sido (?:bloquead|suspendid|vetad|banead)[oa]`,
      `(?:заблокирован|приостановлен|отозван|забанен)[а-яё]* (?:ваш[а-яё]* )?(?:аккаунт|уч[её]тн|пользовател|доступ|ключ)`,
      '(?:firewall|netzwerkrichtlinie|sicherheitsrichtlinie|pare-feu|politique (?:réseau|de sécurité)|cortafuegos|política de (?:red|seguridad|rede|segurança)|criterio di sicurezza|межсетев[а-яё]+ экран|брандмауэр|политик[а-яё]+ безопасности).{0,30}(?:blockiert|gesperrt|bloqu|blocc|заблокир|запрещ)|(?:blockiert|gesperrt|bloqu\\w+|bloccat\\w|заблокирован[а-яё]*).{0,20}(?:firewall|netzwerkrichtlinie|pare-feu|cortafuegos|межсетев|брандмауэр)',
    ),
    on: isLasting,
  },
  {
    reason: 'server_error',
    // The filter itself is broken.
    pattern: any(
      `${filters.german}.{0,24}(?:nicht (?:verfügbar|erreichbar)|antwortet nicht|ausgefallen|zeitüberschreitung)`,
      `${filters.french}.{0,30}(?:indisponible|inaccessible|en panne|ne répond pas|délai)`,
      `${filters.southern}.{0,30}(?:no (?:está )?disponible|no responde|indisponível|não responde|não disponível|non (?:è )?disponibile|non risponde|tiempo de espera)`,
      `${filters.russian}.{0,30}(?:недоступ|не отвеча|не работает|сбой|тайм-?аут|превышено время)`,
    ),
    on: isLasting,
  },
  {
    reason: 'server_error',
    pattern: any(
      `${filters.german}.{0,24}(?:fehlgeschlagen|fehler)|fehler.{0,40}${filters.german}`,
      `${filters.french}.{0,30}(?:échou|erreur)|(?:erreur|échec).{0,40}${filters.french}`,
      `${filters.southern}.{0,30}(?:falló|falhou|fallito|error|erro|errore)\\b|(?:error|erro|errore|fallo|falha)\\b.{0,40}${filters.southern}`,
      `${filters.russian}.{0,30}ошибк|ошибк[а-яё]+.{0,40}${filters.russian}`,
    ),
    on: is5xx,
  },
  {
    reason: 'content_filtered',
    pattern: any(
      'verstößt gegen|inhaltsrichtlinie|inhaltsfilter',
      'contenu (?:inapproprié|bloqué|sensible)|filtre de contenu|(?:politique|règles) (?:de|d).{0,12}(?:contenu|utilisation)',
      'contenido (?:inapropiado|bloqueado|sensible)|política de (?:contenido|uso)|conteúdo (?:impróprio|bloqueado)|contenuto (?:inappropriato|bloccato)',
      '(?:наруша|нарушен).{0,20}(?:правил|политик)|недопустим[а-яё]* (?:содержани|контент)|контент.{0,12}заблокирован',
    ),
  },
  {
    reason: 'rate_limited',
    pattern: any(
      'zu viele anfragen|anfragelimit|ratenbegrenzung|anfragen pro (?:minute|sekunde)',
      'trop de (?:requêtes|demandes)|limite de (?:débit|requêtes)|(?:requêtes )?par (?:minute|seconde)',
      'demasiadas (?:solicitudes|peticiones)|límite de (?:velocidad|tasa|solicitudes)|muitas (?:solicitações|requisições)|troppe richieste|por (?:minuto|segundo)',
      'слишком много запросов|превышен[а-яё]* (?:лимит|частот)[а-яё]* запрос|(?:запрос[а-яё]* )?в (?:минуту|секунду)|частот[а-яё]+ запрос',
    ),
  },
  {
    reason: 'overloaded',
    pattern: any(
      'überlastet|ausgelastet|überlastung|hohe (?:last|nachfrage|auslastung)|kein\\w* (?:verfügbar|freie)\\w*|keine kapazität',
      'surchargée?|surcharge|forte (?:demande|charge)|aucune? (?:instance|canal|fournisseur|serveur|capacité).{0,16}disponible',
      'sobrecargad[oa]|alta demanda|saturad[oa]|no hay .{0,24}disponibles?|sobrecarregad[oa]|sovraccaric',
      'перегружен|перегрузк|высок[а-яё]+ нагрузк|нет доступных|нет свободных|сервер занят',
    ),
  },
  {
    reason: 'model_loading',
    pattern: any(
      'wird (?:gerade |noch )?(?:geladen|gestartet|initialisiert)|startet (?:gerade|noch)|noch nicht bereit',
      "(?:en cours d[e'] ?|est en |en phase d[e'] ?)(?:chargement|démarrage|initialisation)|(?:initialisation|chargement|démarrage)(?: du modèle)? en cours|est en train de (?:se )?(?:charger|démarrer|lancer)|pas encore prêt",
      '(?:se está|está|se encuentra|sigue) (?:cargando|iniciando|inicializando|arrancando)|(?:está siendo|está a ser) (?:cargad|iniciad|carregad)[oa]|(?:en proceso|en fase|en curso) de (?:carga|inicio|arranque|inicialización)|(?:aún|todavía) no está list',
      '(?:está|está a|ainda está) (?:sendo )?(?:carregad[oa]|carregando|carregar|iniciando|inicializando|inicializad[oa])|em (?:fase de |processo de )?(?:carregamento|inicialização)|ainda não está pront',
      '(?:in|fase di|in corso di) (?:caricamento|avvio|inizializzazione)|(?:caricamento|avvio|inizializzazione)(?: del modello)? in corso|si sta (?:caricando|avviando)|non (?:è )?ancora pront',
      '(?:inicialización|carga|inicialização|carregamento)(?: del modelo| do modelo)? e[nm] (?:curso|progreso|progresso|andamento)',
      'загружается|запускается|инициализ[а-яё]+ется|не готов',
    ),
  },
  {
    reason: 'permission_denied',
    pattern: any(
      '(?:land|region|standort).{0,24}(?:nicht (?:unterstützt|verfügbar))|keine berechtigung|zugriff verweigert|nicht berechtigt|konto.{0,16}(?:gesperrt|deaktiviert|verifiziert)',
      '(?:pays|région).{0,24}(?:pas (?:pris|disponible|support)|non)|accès (?:refusé|interdit)|(?:autorisation|permission)s? (?:refusée|insuffisante|requise)|compte.{0,16}(?:suspendu|désactivé|bloqué|vérifi)',
      '(?:país|región|região|paese).{0,24}(?:no |não |non )|acceso (?:denegado|prohibido)|acesso negado|(?:no tiene|sin) permiso|cuenta.{0,16}(?:suspendida|bloqueada|desactivada|verific)',
      '(?:стран|регион).{0,24}(?:не (?:поддерж|доступ))|(?:недоступ[а-яё]*|не поддерж[а-яё]*).{0,16}(?:стран|регион)|доступ (?:запрещ|закрыт|отказ)|нет (?:прав|доступа)|недостаточно прав|аккаунт.{0,16}(?:заблок|приостан|не подтвержд)',
    ),
  },
  {
    reason: 'auth_failed',
    pattern: any(
      '(?:ungültige[rs]?|falsche[rs]?|abgelaufene[rs]?|fehlende[rs]?|gesperrte[rs]?) (?:api[- ]?)?(?:schlüssel|key|token|anmeldedaten)|authentifizierung|nicht autorisiert|(?:schlüssel|token) (?:ist )?(?:ungültig|abgelaufen)',
      '(?:clé|jeton|token)(?: d.?.{0,6}api| api)? .{0,12}(?:invalide|expirée?|manquante?|incorrecte?|révoquée?)|authentification|non autorisé',
      '(?:clave|llave|token|chave|chiave)(?: (?:de |da |dell?a? ?)?api)? .{0,12}(?:inválid[oa]|no válid[oa]|incorrect[oa]|caducad[oa]|expirad[oa]|non valid[oa])|autenticación|no autorizado|autenticação',
      '(?:неверн|недействительн|неправильн|просрочен|отозван)[а-яё]* .{0,8}(?:ключ|токен)|(?:ключ|токен).{0,16}(?:неверн|недейств|истёк|истек|отозван|не найден|просрочен)|ошибка (?:авторизац|аутентифик)|не авторизован',
    ),
  },
  {
    reason: 'server_error',
    pattern: any(
      'vorübergehend (?:nicht (?:verfügbar|erreichbar)|außer betrieb)|(?:derzeit|momentan|zurzeit) nicht (?:verfügbar|erreichbar)',
      '(?:temporairement|momentanément|actuellement) (?:indisponible|inaccessible|hors service)',
      '(?:temporalmente|actualmente|momentáneamente)(?: (?:no (?:está )?disponible|indisponible|fuera de servicio))|no (?:está|se encuentra) disponible (?:temporalmente|en este momento|por el momento)',
      '(?:temporariamente|atualmente|no momento|momentaneamente) (?:indisponível|fora do ar)|indisponível (?:temporariamente|no momento)',
      '(?:temporaneamente|attualmente|momentaneamente|al momento) (?:non (?:è )?disponibile|non raggiungibile|fuori servizio)',
      'временно (?:недоступ|не работа)',
    ),
    on: isLasting,
  },
  {
    reason: 'model_not_found',
    pattern: any(
      `modell(?!o)(?<!${parts.german}[^.:;]{0,60}modell)(?:(?!${parts.german})[^]){0,60}(?:nicht (?:mehr )?(?:gefunden|verfügbar|unterstützt|vorhanden)|existiert nicht|eingestellt|unbekannt)`,
      `mod[èe]le (?<!${parts.french}[^.:;]{0,60}mod[èe]le )(?:(?!${parts.french})[^]){0,60}(?:introuvable|n.existe pas|pas (?:disponible|pris en charge|trouvé)|inconnu)`,
      `modell?[oe] (?<!${parts.southern}[^.:;]{0,60}modell?[oe] )(?:(?!${parts.southern})[^]){0,60}(?:no (?:(?:fue |ha sido )?encontrado|existe|disponible|compatible(?! con)|se encontró|se ha encontrado)|não (?:(?:foi )?(?:encontrado|localizado)|existe)|non (?:(?:è stato )?trovato|esiste))`,
      `модел[а-яё]* (?<!${parts.russian}[^.:;]{0,60}модел[а-яё]{0,4} )(?:(?!${parts.russian})[^]){0,60}(?:не (?:найден|существ|поддерж(?!ива(?:ет|ют) )|доступн)|отключен|устарел)`,
    ),
  },
  {
    reason: 'server_error',
    pattern: any(
      '(?:interner|server)[- ]?(?:server)?fehler|wartung',
      'erreur (?:interne|du serveur|serveur)|maintenance',
      'error (?:interno|del servidor)|mantenimiento|erro interno|errore (?:interno|del server)',
      'внутренн[а-яё]+ ошибк|ошибка сервера|техническ[а-яё]+ работ',
    ),
  },
];
