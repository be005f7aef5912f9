import { any } from '../error-rules/text-rule.js';
import { sharesWords } from './shared-words.js';

/** Longer text is an answer, unless it is a stack trace. */
const longest = 400;
/** The same of a text behind `Error:`. */
const longestLabelled = 200;

/** A class of exceptions with its package, and what happened. Without a package a fault may be one of the earth or of tennis. */
const className =
  /^(?:Unhandled exception\. |Uncaught |Caught )?(?:(?:[A-Za-z_$][\w$]{0,60}[./]){0,12}[A-Z]\w{1,80}(?:Error|Exception)|(?:[A-Za-z_$][\w$]{0,60}[./]){1,12}[A-Z]\w{1,80}Fault|(?:Soap|SOAP|Client|Server)Fault)(?:: \S|\(['"])/;
/** The same without what happened: words alone may be the answer, a package in front of them hardly. */
const packaged = /^(?:[A-Za-z_$][\w$]{0,60}\.){2,12}[A-Z]\w{0,80}(?:Error|Exception)$/;

/** Causes that Go names behind an address. Anything else may be the title of a link. */
const ofGo = String.raw`(?:(?:dial|read|write|lookup|context|proxyconnect) |(?:unexpected )?EOF\b|(?:x509|tls|net/http|https?2?|net|remote error|local error): |unsupported protocol|stopped after|malformed |connection (?:refused|reset)|server (?:gave|sent|closed)|use of closed)`;

/** What languages and libraries write of an exception, without its class. Nobody begins an answer so. */
const signatures = any(
  // Go.
  String.raw`^(?:Get|Post|Put|Head|Patch|Delete) "?https?://[^\s"]{1,300}"?: ${ofGo}`,
  String.raw`^(?:dial|read|write) (?:tcp|udp|unix)\d? \S`,
  String.raw`^lookup [\w.-]{1,200}(?: on [\w.:[\]]{1,80})?: `,
  String.raw`^(?:net/http|http|remote error: tls|tls|x509): (?:server gave|request canceled|invalid|unexpected|failed|handshake|bad|certificate|TLS)\b`,
  String.raw`^context (?:deadline exceeded|canceled)(?:$| \()`,
  String.raw`^(?:panic: )?runtime error: (?:index out of range|invalid memory address|slice bounds out of range|integer divide)`,
  String.raw`^json: cannot unmarshal |^invalid character '.{1,8}' looking for beginning of value`,
  String.raw`^unexpected EOF$`,
  // Python, and what its clients write.
  String.raw`^\[(?:Errno -?\d{1,5}|WinError \d{1,5}|SSL: [A-Z_]{1,60})\]`,
  String.raw`^<urlopen error |^\('Connection (?:aborted|broken)`,
  String.raw`^HTTPS?ConnectionPool\(|^Max retries exceeded with url: `,
  String.raw`^(?:list|tuple|string|deque) (?:assignment )?index out of range$|^pop from (?:an )?empty (?:list|set|deque)$`,
  String.raw`^'[\w.]{1,80}' object (?:has no attribute '|is not (?:subscriptable|callable|iterable|an iterator)|does not support |cannot be interpreted)`,
  String.raw`^object of type '[\w.]{1,80}' has no len\(\)|^argument of type '[\w.]{1,80}' is not (?:iterable|a container)|^Object of type \w{1,80} is not JSON serializable`,
  String.raw`^(?:string indices must be integers|(?:not enough|too many) values to unpack|cannot unpack non-iterable |No module named ')`,
  String.raw`^[\w.]{1,80}\(\) (?:got an unexpected keyword argument|missing \d{1,3} required|takes (?:from )?\d)`,
  String.raw`^(?:Expecting [^\n]{1,60}|Extra data|Unterminated string[^\n]{0,40}|Invalid [^\n]{1,40}): line \d{1,9} column \d{1,9} \(char \d{1,9}\)$`,
  String.raw`^\d{1,4} validation errors? for [A-Z]\w{0,80}\b`,
  String.raw`^(?:Client|Server) error '[45]\d\d [^'\n]{1,80}' for url '|^[45]\d\d (?:Client|Server) Error: [^\n]{0,100} for url: `,
  String.raw`^(?:All connection attempts failed|Server disconnected(?: without sending a response)?|Remote end closed connection without response|Response ended prematurely|The (?:read|write|handshake) operation timed out|peer closed connection without sending complete message body[^\n]{0,80})[.]?$`,
  String.raw`^(?:httpx|requests|aiohttp|urllib3|socket|asyncio|grpc|openai)(?:\.\w{1,60}){1,4}(?:: \S|\(['")])`,
  String.raw`^Cannot connect to host \S{1,200}:\d|^Read timed out\. ?\(|^Error code: [45]\d\d - [{\['"]`,
  // JavaScript.
  String.raw`^Cannot (?:read|set) propert(?:y|ies) (?:'[^'\n]{0,80}' )?of (?:undefined|null)\b`,
  String.raw`^(?:undefined|null) is not (?:an object|a function|iterable)\b`,
  // A word alone may be what is asked for: None is not iterable.
  String.raw`^[\w$.[\]()]{1,120} is not iterable \(|^\w[\w$]{0,60}[.[(][\w$.[\]()]{1,60} is not iterable$`,
  String.raw`^(?:[\w$]{1,40}(?:\.[\w$]{1,40}|\[[^\][\n]{0,20}\]|\([^()\n]{0,40}\)){1,8}|[a-z]{1,40}[A-Z][\w$]{0,40}) is not a (?:function|constructor)$`,
  String.raw`^Unexpected (?:token [^\n]{1,80}(?: in JSON at position \d| is not valid JSON)|end of JSON input$|non-whitespace character after JSON)`,
  String.raw`^(?:connect|read|write|getaddrinfo|queryA|request to \S{1,300} failed, reason:[^\n]{0,80}) E[A-Z_]{4,20}\b`,
  String.raw`^(?:fetch failed|Failed to fetch|socket hang up|The operation was aborted due to timeout|NetworkError when attempting to fetch resource)[.]?$`,
  String.raw`^Request failed with status code [45]\d\d[.]?$|^timeout of \d{1,9}ms exceeded$`,
  // Java and .NET.
  String.raw`^Cannot invoke "[^"\n]{1,200}" because `,
  String.raw`^(?:Connection refused: (?:connect|no further information)|Connection refused \(Connection refused\))|^I/O error on (?:GET|POST|PUT) request for "`,
  String.raw`^Object reference not set to an instance of an object[.]?$`,
  String.raw`^The request was canceled due to the configured HttpClient\.Timeout|^Response status code does not indicate success: \d|^The remote server returned an error: \(\d|^No connection could be made because the target machine actively refused it`,
  // Rust, PHP, Ruby and curl.
  String.raw`^error (?:sending request for url|decoding response body|trying to connect:)|^thread '[^'\n]{1,80}' (?:\(\d{1,9}\) )?panicked at `,
  String.raw`^called .(?:Option|Result)::unwrap\(\). on an? `,
  String.raw`^(?:PHP )?(?:Fatal|Parse) error: {1,4}(?:Uncaught|Allowed memory|Maximum execution|syntax error|Call to|Cannot|Class|require)`,
  String.raw`^undefined method [\x60'][^'\n]{1,80}' for `,
  String.raw`^c(?:url|URL) error \d{1,3}:|^curl: \(\d{1,3}\) `,
  // Engines and builders of agents.
  String.raw`^CUDA (?:error: |out of memory)|^NCCL error`,
  String.raw`^(?:Workflow|Flow|Graph|Chain|Pipeline) (?:execution|run) failed(?:[.!]?$|: )|^(?:Workflow|Run) failed: `,
  String.raw`^Error (?:running (?:graph|flow)|building component|executing workflow|communicating with [A-Z]\w{1,40})\b`,
  String.raw`^Open WebUI: [^\n]{0,80}\bError$`,
);

/** A whole text that says nothing but that it failed. */
const onlyFailed =
  /^an (?:unexpected|unknown|internal|unhandled) (?:error|exception) (?:has )?occurred[.!]?$/i;

/** A label of any program, and what only programs speak of. Behind quoted words stands what is wrong with them. */
const labelled = /^(?:\[error\]:?|error:|fatal:) (?!["“„«「])/i;
const cause = String.raw`nonetype|status code|no response from|response from (?:the )?(?:model|server|api)|request failed|failed to (?:fetch|parse|connect|generate|call|decode|invoke|process)|unexpected (?:end|token|status|response)|unhandled|null pointer|nil pointer|stack overflow|not a function|e(?:conn\w{4,10}|timedout|notfound|pipe)`;
const technical = new RegExp(
  String.raw`\b(?:upstream|backend|socket|llm|openai|anthropic|ollama|vllm|langchain|endpoint|json|https?|${cause})\b`,
  'i',
);
/** A rule has exceptions, too: this label needs a cause or a class. */
const labelledException = /^exception: (?!["“„«「])/i;
const causes = new RegExp(String.raw`\b(?:${cause})\b`, 'i');
const labelledClass = /^\w{9}: (?:[\w$]{1,60}\.){0,12}[A-Z]\w{1,60}(?:Error|Exception)\b/;

/** A stack, with the beginning of its second line. */
const trace =
  /^(?:(?:Unhandled exception\. |Uncaught )?(?:[A-Za-z_$][\w$]{0,60}[./]){0,12}[A-Z]\w{0,80}(?:Error|Exception)\b[^\n]{0,400}\n\s{1,8}(?:at |File "|---> )|File "[^"\n]{1,300}", line \d{1,9}, in |goroutine \d{1,9} \[\w)/;

/** The root of a document that is an error. */
const document =
  /^(?:<\?xml[^<>]{0,200}\?>\s{0,20})?<(?:\w{1,20}:)?(?:Error|ErrorResponse|Fault)\b[^<>]{0,300}>\s{0,20}<(?:\w{1,20}:)?(?:Code|Message|Error|Type|faultcode|Reason|RequestId)\b/;

/** A sentence that explains an error. */
const explains =
  /\b(?:means?|refers? to|indicates?|happens?|signals?|stands for|denotes?|describes?|typically|usually|often|generally|for example|you (?:can|should|need)|should (?:be|read)|instead of)\b/i;

/** What an expression in a question comes to: the answer of a model that calculates, not of a bot that broke. */
const ofExpressions =
  /\b(?:unsupported operand|can only concatenate|division by zero|divide by zero|SyntaxError|ZeroDivisionError|OverflowError|NameError)\b/;

/** Code in a question. */
const code = /[\w\])]\(|[=!]=|=>|[{};]|\[\]|\]\[|\w\[\w|["'] ?\+|\+ ?["']|`|\b[a-z_$][\w$]*\.[a-z_]\w/;

/** Questions that what a program writes may answer. */
const aboutPrograms =
  /\b(?:python|java|javascript|typescript|node|golang|rust|php|ruby|kotlin|c#|perl|curl|bash|sql|json|xml|code|coding|codes|programm?\w*|program|functions?|scripts?|consoles?|terminal|shell|compil\w*|interpreter|repl|snippets?|syntax|prints?|printed|output|returns?|raise[sd]?|throws?|thrown|evaluates?|debug\w*|bugs?|crash\w*|stack|developers?|software|modules?|commands?|linux|unix|windows|sockets?|connect\w*|tcp|grpc|dns|clients?|libraries|library|outage|incident|computers?|jdk|jvm|ausnahmen?|klassen?|excep\w{3,6}|examples?|iter\w{2,12}|integers?|ganzzahl\w*|proofread\w*|gramma\w*|spell\w*|misspel\w*|typos?|mistakes?|poems?|poetry|haikus?|verses?|rhymes?)\b|\.net\b|gedicht|poème|poema|стих|俳句|诗|詩|grammat|rechtschreib|korrektur|orthogra|ortogra|грамм|语法|語法|文法|校对|校正|beispiel|exemple|ejemplo|esempio|exemplo|пример|例|예를|代码|代碼|程序|程式|コード|プログラム|코드|프로그램|код|программ|código|programa|codice/i;

/** True for the text of an exception, or a stack trace, at the start of a short text that does not explain it. */
export function isExceptionText(text: string): boolean {
  const said = text.slice(0, 4_096).replace(/^[^\p{L}\p{N}[('"<{]+/u, '');
  if (trace.test(said) || document.test(said)) return true;
  if (said.length > longest || /\n\s*\n/.test(said) || explains.test(said) || ofExpressions.test(said))
    return false;
  const isShortLine = said.length <= longestLabelled && !said.includes('\n');
  if (labelled.test(said)) return isShortLine && technical.test(said);
  if (labelledException.test(said)) return isShortLine && (causes.test(said) || labelledClass.test(said));
  return className.test(said) || packaged.test(said) || signatures.test(said) || onlyFailed.test(said);
}

/** True if a question has code, asks for what programs write, contains the text, or has words of it. */
export function asksForPrograms(question: string, text: string): boolean {
  const asked = question.slice(0, 4_096);
  return code.test(asked) || aboutPrograms.test(asked) || question.includes(text) || sharesWords(asked, text);
}
