/** Words of any sentence. */
const common = new Set(
  'the and for with from that this these those not are was were you your what which who how can could has have had its does did but into'.split(
    ' ',
  ),
);

/** As many words of a question and of a text are compared. */
const most = 1_000;
/** A text with as many words of the question is about what was asked. */
const enough = 2;

function wordsIn(text: string): Set<string> {
  const words =
    text
      .slice(0, 4_096)
      .toLowerCase()
      .match(/[\p{L}\p{N}]{3,40}/gu) ?? [];
  return new Set(words.slice(0, most).filter((word) => !common.has(word)));
}

/** True if two words of the question are in the text, not counting those of any sentence. */
export function sharesWords(question: string, text: string): boolean {
  const asked = wordsIn(question);
  return [...wordsIn(text)].filter((word) => asked.has(word)).length >= enough;
}
