/** Any but spaces, line breaks, and characters without a glyph, such as fillers and the empty pattern of Braille. */
const visible = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** True for a text in which nothing can be seen. */
export const isBlank = (text: string): boolean => !visible.test(text);
