/** Characters that could move the cursor of a terminal: controls, except tabs and line breaks. */
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/**
 * One cell by RFC 4180, without control characters. Providers choose the text, so text that a spreadsheet would read as
 * a formula gets a leading apostrophe, as OWASP advises.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  // Before the check for a formula, which a leading control character would hide.
  const plain = value.replace(unprintable, '');
  // Full-width signs too: spreadsheets read them as the plain ones.
  const text = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
