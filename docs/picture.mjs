// A picture of commands as a terminal shows them: `node docs/picture.mjs OUT.svg COLUMNS COMMAND...`. `modelpulse` in a command is
// the built program of this checkout; what stands behind ` # ` is run, and not shown. Needs script(1).
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [out, columns, ...commands] = process.argv.slice(2);
const entry = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));
const classes = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow' };
const [cell, leading, margin] = [8.4, 19, 16];

function typed(command) {
  const line = command.replace(' # ', ' ').replace(/^modelpulse/, `"${process.execPath}" "${entry}"`);
  const terminal = ['-qec', `stty cols ${columns}; ${line}`, '/dev/null'];
  return execFileSync('script', terminal, { encoding: 'utf8', env: { ...process.env, TERM: 'xterm' } });
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A line of the terminal; its length is given, so that columns stand below each other in any font. */
function toText(line, index) {
  const shown = line.replaceAll(/\u001b\[\d+m/g, '').trimEnd();
  if (shown === '') return '';
  const spans = escaped(line.trimEnd()).replaceAll(/\u001b\[(\d+)m/g, (_, code) =>
    code in classes ? `<tspan class="${classes[code]}">` : '</tspan>',
  );
  const place = `x="${margin}" y="${margin + leading * (index + 0.75)}"`;
  return `<text ${place} textLength="${(shown.length * cell).toFixed(1)}">${spans}</text>\n`;
}

const lines = commands.flatMap((command) => {
  const said = typed(command).replaceAll('\r', '').trimEnd().split('\n');
  return [`\u001b[1m$ ${command.split(' # ')[0]}\u001b[22m`, ...said, ''];
});
const longest = Math.max(...lines.map((line) => line.replaceAll(/\u001b\[\d+m/g, '').length));
const width = Math.ceil(longest * cell + 2 * margin);
const height = (lines.length - 1) * leading + 2 * margin;
writeFileSync(
  out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>text{font:14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#c9d1d9;white-space:pre}
.bold{font-weight:bold}.dim{opacity:.6}.red{fill:#ff7b72}.green{fill:#56d364}.yellow{fill:#e3b341}</style>
<rect width="100%" height="100%" rx="6" fill="#0d1117"/>
${lines.map(toText).join('')}</svg>
`,
);
