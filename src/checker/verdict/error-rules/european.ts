import { any, type TextRule } from './text-rule.js';

/** Reasons of German, French, Spanish, Portuguese, Italian and Russian texts; the first match decides. */
export const european: readonly TextRule[] = [
  {
    reason: 'content_filtered',
    pattern: any(
      'verstößt gegen|inhaltsrichtlinie|inhaltsfilter',
      'contenu (?:inapproprié|bloqué|sensible)|filtre de contenu|(?:politique|règles) (?:de|d).{0,12}(?:contenu|utilisation)',
      'contenido (?:inapropiado|bloqueado|sensible)|política de (?:contenido|uso)|conteúdo (?:impróprio|bloqueado)|contenuto (?:inappropriato|bloccato)',
      '(?:наруша|нарушен).{0,20}(?:правил|политик)|недопустим\\w* (?:содержани|контент)|контент.{0,12}заблокирован',
    ),
  },
  {
    reason: 'quota_exhausted',
    pattern: any(
      '(?:guthaben|kontingent|quote|budget|freikontingent).{0,24}(?:erschöpft|aufgebraucht|überschritten|nicht aus|leer|verbraucht|erreicht|abgelaufen)|(?:unzureichendes|kein|nicht genug|nicht genügend) guthaben|(?:tages|monats|wochen|nutzungs|ausgaben)(?:limit|kontingent)',
      '(?:crédits?|solde|quota|budget|forfait).{0,24}(?:épuisée?s?|insuffisante?s?|dépassée?s?|atteinte?|expirée?)|(?:quota|limite).{0,12}(?:quotidien|mensuel|journali)|essai gratuit',
      '(?:saldo|créditos?|cuota|presupuesto|cota|credito).{0,24}(?:insuficientes?|agotad[oa]s?|excedid[oa]|superad[oa]|alcanzad[oa]|esgotad[oa]s?|esaurit[oa]|insufficiente)|(?:límite|limite).{0,12}(?:diario|mensual|diário|mensal|giornaliero|mensile)|prueba gratuita',
      '(?:баланс|средств|кредит|квот|лимит токенов|бюджет).{0,24}(?:недостаточно|исчерпан|превышен|закончил|израсходован|нулев)|недостаточно (?:средств|кредит|баланс)|(?:дневн|суточн|месячн)\\w* (?:лимит|квот)|пополните|бесплатн\\w+ (?:период|лимит|квот)',
    ),
  },
  {
    reason: 'rate_limited',
    pattern: any(
      'zu viele anfragen|anfragelimit|ratenbegrenzung|anfragen pro (?:minute|sekunde)',
      'trop de (?:requêtes|demandes)|limite de (?:débit|requêtes)|(?:requêtes )?par (?:minute|seconde)',
      'demasiadas (?:solicitudes|peticiones)|límite de (?:velocidad|tasa|solicitudes)|muitas (?:solicitações|requisições)|troppe richieste|por (?:minuto|segundo)',
      'слишком много запросов|превышен\\w* (?:лимит|частот)\\w* запрос|(?:запрос\\w* )?в (?:минуту|секунду)|частот\\w+ запрос',
    ),
  },
  {
    reason: 'overloaded',
    pattern: any(
      'überlastet|ausgelastet|überlastung|hohe (?:last|nachfrage|auslastung)|kein\\w* (?:verfügbar|freie)\\w*|keine kapazität',
      'surchargée?|surcharge|forte (?:demande|charge)|aucune? (?:instance|canal|fournisseur|serveur|capacité).{0,16}disponible',
      'sobrecargad[oa]|alta demanda|saturad[oa]|no hay .{0,24}disponibles?|sobrecarregad[oa]|sovraccaric',
      'перегружен|перегрузк|высок\\w+ нагрузк|нет доступных|нет свободных|сервер занят',
    ),
  },
  {
    reason: 'model_loading',
    pattern: any(
      'wird (?:gerade |noch )?(?:geladen|gestartet|initialisiert)|startet (?:gerade|noch)|noch nicht bereit',
      '(?:en cours de |est en )(?:chargement|démarrage)|pas encore prêt',
      '(?:se está|está) (?:cargando|iniciando|carregando)|aún no está list|in caricamento',
      'загружается|запускается|инициализ\\w+ется|не готов',
    ),
  },
  {
    reason: 'permission_denied',
    pattern: any(
      '(?:land|region|standort).{0,24}(?:nicht (?:unterstützt|verfügbar))|keine berechtigung|zugriff verweigert|nicht berechtigt|konto.{0,16}(?:gesperrt|deaktiviert|verifiziert)',
      '(?:pays|région).{0,24}(?:pas (?:pris|disponible|support)|non)|accès (?:refusé|interdit)|(?:autorisation|permission)s? (?:refusée|insuffisante|requise)|compte.{0,16}(?:suspendu|désactivé|bloqué|vérifi)',
      '(?:país|región|região|paese).{0,24}(?:no |não |non )|acceso (?:denegado|prohibido)|acesso negado|(?:no tiene|sin) permiso|cuenta.{0,16}(?:suspendida|bloqueada|desactivada|verific)',
      '(?:стран|регион).{0,24}(?:не (?:поддерж|доступ))|(?:недоступ\\w*|не поддерж\\w*).{0,16}(?:стран|регион)|доступ (?:запрещ|закрыт|отказ)|нет (?:прав|доступа)|недостаточно прав|аккаунт.{0,16}(?:заблок|приостан|не подтвержд)',
    ),
  },
  {
    reason: 'auth_failed',
    pattern: any(
      '(?:ungültige[rs]?|falsche[rs]?|abgelaufene[rs]?|fehlende[rs]?|gesperrte[rs]?) (?:api[- ]?)?(?:schlüssel|key|token|anmeldedaten)|authentifizierung|nicht autorisiert|(?:schlüssel|token) (?:ist )?(?:ungültig|abgelaufen)',
      '(?:clé|jeton|token)(?: d.?.{0,6}api| api)? .{0,12}(?:invalide|expirée?|manquante?|incorrecte?|révoquée?)|authentification|non autorisé',
      '(?:clave|llave|token|chave|chiave)(?: (?:de |da |dell?a? ?)?api)? .{0,12}(?:inválid[oa]|no válid[oa]|incorrect[oa]|caducad[oa]|expirad[oa]|non valid[oa])|autenticación|no autorizado|autenticação',
      '(?:неверн|недействительн|неправильн|просрочен|отозван)\\w* .{0,8}(?:ключ|токен)|(?:ключ|токен).{0,16}(?:неверн|недейств|истёк|истек|отозван|не найден|просрочен)|ошибка (?:авторизац|аутентифик)|не авторизован',
    ),
  },
  {
    reason: 'model_not_found',
    pattern: any(
      'modell.{0,60}(?:nicht (?:gefunden|verfügbar|unterstützt|vorhanden)|existiert nicht|eingestellt|unbekannt)',
      'mod[èe]le .{0,60}(?:introuvable|n.existe pas|pas (?:disponible|pris en charge|trouvé)|inconnu)',
      'model[oe] .{0,60}(?:no (?:encontrado|existe|disponible|compatible|se encontró)|não (?:encontrado|existe)|non (?:trovato|esiste))',
      'модел\\w* .{0,60}(?:не (?:найден|существ|поддерж|доступн)|отключен|устарел)',
    ),
  },
  {
    reason: 'server_error',
    pattern: any(
      '(?:interner|server)[- ]?(?:server)?fehler|wartung',
      'erreur (?:interne|du serveur|serveur)|maintenance',
      'error (?:interno|del servidor)|mantenimiento|erro interno|errore (?:interno|del server)',
      'внутренн\\w+ ошибк|ошибка сервера|техническ\\w+ работ',
    ),
  },
];
