/** Longer text contains more than punctuation. */
const mostSigns = 64;
/** Full stop, comma, colon, quotes and brackets. Operators, question and exclamation marks and ellipses can be answers. */
const signs = /^(?:[.,;:。，、]|[\s'"`「」『』“”‘’()[\]{}]+)$/;
const balanced = /^(?:\[\s*\]|\{\s*\}|\(\s*\)|\[\[\]\]|\[\{\}\])$/;
/** A quoted character, as in an answer that names it. */
const quoted = /^(?:`[^`\s]{1,8}`|"[^"\s]{1,8}"|'[^'\s]{1,8}'|“[^”\s]{1,8}”|「[^」\s]{1,8}」)[.。]?$/;
const emptyFence = /^`{3}[\w-]{0,20}\s*(?:`{3})?$/;

/** The role of a chat turn without content. */
const role =
  /^(?:assistant(?:\s+assistant)*|[Aa]ssistant:|(?:user|system|model|human):|assistant(?:final|analysis|commentary)|#{1,4} ?(?:[Aa]ssistant|[Rr]esponse|[Aa]nswer|[Hh]uman|[Uu]ser|[Ii]nstruction):?)$/;

/** Starts of a tool call that an engine writes as text. */
const callBegins =
  /^(?:<tool_calls?>|<function=[\w.-]{1,80}>|<\|?tool_calls?(?:_section_begin|_begin|_start)?\|?>|<\|python_tag\|>|<｜tool▁calls▁begin｜>|<[｜‖|]{1,2}DSML[｜‖|]{1,2} ?[a-z]|<function_calls?>|<(?:minimax|antml|xai):(?:tool_call|function_calls?|function_call)\b|\[TOOL_CALLS?\]|functools\[\{|`{3}tool_(?:code|call)\n|<tool_code>|<\|channel\|>commentary to=)/;
/** End of a tool call; text after it is an answer. */
const callEnds = /(?:>|\]|\}|\)|`{3})$/;

/** Calls in tokens that nobody writes but an engine: they need no end. */
const engineCall =
  /^(?:<\|tool_calls_section_begin\|>|<\|tool_call_begin\|>|<｜tool▁calls▁begin｜>|<｜tool▁call▁begin｜>|functions\.[\w-]{1,80}:\d{1,3} ?(?:<\||\{)|(?:assistant ?)?(?:commentary ?)?to=functions\.[\w-]{1,80}\b)/;
const engineCallEnds = /<\|tool_calls?(?:_section)?_end\|>|<｜tool▁calls?▁end｜>/;

const ofCalls = new Set(['name', 'arguments', 'parameters', 'type', 'id']);

function isCallObject(text: string): boolean {
  if (!/^\[?\s*\{/.test(text) || !text.includes('"name"')) return false;
  try {
    const value: unknown = JSON.parse(text);
    const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (typeof one !== 'object' || one === null) return false;
    const given = Object.hasOwn(one, 'arguments') || Object.hasOwn(one, 'parameters');
    return given && Object.hasOwn(one, 'name') && Object.keys(one).every((name) => ofCalls.has(name));
  } catch {
    return false;
  }
}

const wantsSign =
  /\b(?:signs?|symbols?|marks?|punctuation|characters?|brackets?|brace[sd]?|parenthes\w+|dots?|periods?|full stop|ellipsis|quot\w*|commas?|colons?|semicolons?|operators?|tokens?|delimiters?|separators?|json|empty|blank|nothing|code|fence|markdown|zeichen|signe|signo|punkt|punto|point)\b|符号|符號|标点|標點|字符|括号|記号|句点|["'`“‘「][^\p{L}\p{N}\s]{1,3}["'`”’」]/iu;
const wantsRole = /\b(?:roles?|colon|speaker)\b|assistant|rolle|角色/i;
const wantsCall = /\b(?:tools?|functions?|json|xml|markup|schema|arguments?|snippet|code)\b|工具|函数|函數/i;

/** The kind of engine output that is no answer, unless the question asks for it; null for none. */
export function bare(text: string, question: string): string | null {
  const asked = question.slice(0, 4_096);
  const isSign =
    text.length <= mostSigns &&
    (emptyFence.test(text) || (signs.test(text) && !balanced.test(text) && !quoted.test(text)));
  if (isSign && !wantsSign.test(asked)) return 'signs without an answer';
  if (text.length <= mostSigns && role.test(text) && !wantsRole.test(asked))
    return 'a role name instead of an answer';
  const called =
    (callBegins.test(text) && callEnds.test(text)) ||
    (engineCall.test(text) && !engineCallEnds.test(text)) ||
    isCallObject(text.slice(0, 65_536));
  return called && !wantsCall.test(asked) ? 'a tool call instead of an answer' : null;
}
