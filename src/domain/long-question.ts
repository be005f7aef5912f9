/** The code word at the beginning of a long question. */
export const needle = 'kestrel-4821';

/** Sentences of plain words, which all tokenizers take for about one token each. */
const filler = [
  'The morning train left the small station on time and followed the river to the sea.',
  'A gardener watered the roses before noon and put the tools back into the shed.',
  'Nobody in the village could say who had painted the old bridge green.',
  'The library opens at nine, and the reading room stays quiet until the evening.',
  'Two friends walked over the hill, talked about the weather and came home late.',
  'The baker sold the last loaf of bread before the rain began to fall.',
  'On the table lay a map, a pencil and a letter without a name.',
  'The lamp in the window burned all night, although the house was empty.',
].join(' ');

/** Characters of such a text for each token: 3.2 to 4.8 in the tokenizers of today's models. */
const charactersPerToken = 4;
/** The most characters for one token that any of them takes. */
const mostCharactersPerToken = 5;
/** Part of the least number of tokens below which the question was cut. */
const leastPart = 0.6;

const beginning = `The code word is ${needle}. Remember it.\n\n`;

/** A question at the end of a text of about `tokens` tokens that begins with the code word. */
export function longQuestion(tokens: number, question: string): string {
  const wanted = Math.max(0, tokens * charactersPerToken - beginning.length - question.length);
  const times = Math.ceil(wanted / (filler.length + 1));
  return `${beginning}${`${filler} `.repeat(times).slice(0, wanted)}\n\n${question}`;
}

/** True where a provider that counts `inputTokens` cannot have read a question of about `tokens` tokens. */
export function isCut(inputTokens: number, tokens: number): boolean {
  const least = (tokens * charactersPerToken) / mostCharactersPerToken;
  // Some APIs write 0 for a number that they do not count.
  return inputTokens > 0 && inputTokens < least * leastPart;
}
