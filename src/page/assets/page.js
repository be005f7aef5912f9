// @ts-check
/**
 * What a page gains with scripts: live updates, filter while typing, remembered theme and density, ticking durations, local
 * times. Nothing depends on it.
 */

/** A part as the server sent it, but for durations, which tick. @param {Element} element */
const htmlOf = (element) => element.outerHTML.replace(/(<time[^>]* data-tick="">)[^<]*/g, '$1');

/** What the server sent of each part and row, before this script changes it. @type {WeakMap<Element, string>} */
const received = new WeakMap();

/** @param {Element} element */
const receive = (element) => {
  for (const part of [element, ...element.querySelectorAll('[data-part], [data-row], [data-rows]')])
    received.set(part, htmlOf(part));
};
receive(document.body);

/** @param {string} name @param {string} value */
const remember = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
};

/** A page that all readers share is drawn without the choice of this one. */
const [, chosen = ''] = /(?:^|; )theme=(light|dark)/.exec(document.cookie) ?? [];
const shared = document.querySelector(`[data-shared] input[value="${chosen}"]`);
if (shared instanceof HTMLInputElement) shared.checked = true;

for (const name of ['theme', 'density']) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const inputs = document.querySelectorAll(`input[name="${name}"]`);
  for (const input of inputs) input.addEventListener('change', () => remember(name, input.value));
}

const units = /** @type {const} */ ([
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
]);

/** Two units at most, rounded down, as the server writes spans. @param {number} seconds */
const span = (seconds) => {
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0 s';
  let left = seconds;
  const parts = [];
  for (const [index, [name, size]] of units.slice(first, first + 2).entries()) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && !(index === 1 && name === 'h' && seconds >= 864_000)) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
};

/** Adds what the clock of the server and that of the reader differ by. */
const asOf = document.querySelector('.foot time, [data-as-of]');
const skew = asOf instanceof HTMLTimeElement ? Date.parse(asOf.dateTime) - Date.now() : 0;

const tick = () => {
  for (const time of document.querySelectorAll('time[data-tick]')) {
    if (!(time instanceof HTMLTimeElement)) continue;
    const text = span((Date.now() + skew - Date.parse(time.dateTime)) / 1_000);
    if (time.textContent !== text) time.textContent = text;
  }
};

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const addLocalTimes = () => {
  for (const time of document.querySelectorAll('time:not([title])')) {
    if (time instanceof HTMLTimeElement && !Number.isNaN(Date.parse(time.dateTime)))
      time.title = local.format(Date.parse(time.dateTime));
  }
};

setInterval(() => document.hidden || tick(), 1_000);
addLocalTimes();

/* Live updates: the page is fetched again after events, and the parts that differ are put in place. */

const live = document.querySelector('[data-live]');
/** Least ms between two fetches, however many events arrive. */
const pauseMs = 2_000;
const usualMs = 60_000;
/** ms until a stream that the browser has given up is opened again. */
const reopenMs = 15_000;
let [fetching, wanted] = [false, false];
let fetchedAt = Date.now();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let planned;
let dueAt = Infinity;

/** @param {Element} element */
const isBusy = (element) =>
  element.contains(document.activeElement) && document.activeElement !== document.body;

/** What was open stays open, told by its summary. @param {Element} old @param {Element} fresh */
const keepOpen = (old, fresh) => {
  const textOf = (/** @type {Element} */ details) => details.querySelector('summary')?.textContent ?? '';
  const folds = (/** @type {Element} */ of) => [
    ...(of instanceof HTMLDetailsElement ? [of] : []),
    ...of.querySelectorAll('details'),
  ];
  const open = new Map(folds(old).map((details) => [textOf(details), details.open]));
  for (const details of folds(fresh)) details.open = open.get(textOf(details)) ?? details.open;
  if (old instanceof HTMLDetailsElement && fresh instanceof HTMLDetailsElement) fresh.open = old.open;
};

/** Puts a copy of `fresh` in the place of `old` where the server has sent something else. @param {Element} old @param {Element} fresh */
const put = (old, fresh) => {
  if (received.get(old) === htmlOf(fresh) || isBusy(old)) return;
  const copy = document.importNode(fresh, true);
  keepOpen(old, copy);
  old.replaceWith(copy);
  receive(copy);
};

/** @param {ParentNode} of */
const rowsOf = (of) => [...of.querySelectorAll('[data-row]')].map((row) => row.getAttribute('data-row'));

/** Rows stay where they are; only when others come or go is the whole list put in place. @param {Document} next */
const adoptRows = (next) => {
  const list = document.querySelector('[data-rows]');
  const fresh = next.querySelector('[data-rows]');
  if (list === null || fresh === null) return;
  const [here, there] = [rowsOf(list), rowsOf(fresh)];
  const known = new Set(here);
  if (here.length !== there.length || there.some((row) => !known.has(row))) {
    put(list, fresh);
    return sayMoved(0);
  }
  for (const old of list.querySelectorAll('[data-row]')) {
    const row = fresh.querySelector(`[data-row="${CSS.escape(old.getAttribute('data-row') ?? '')}"]`);
    if (row !== null) put(old, row);
  }
  sayMoved(here.filter((row, index) => row !== there[index]).length);
};

/** Puts what differs in `next` in its place here. @param {Document} next */
const adopt = (next) => {
  // With the first model the page becomes another one.
  const lists = (/** @type {Document} */ of) => of.querySelector('#models') !== null;
  if (lists(next) !== lists(document)) return location.reload();
  for (const old of document.querySelectorAll('[data-part]')) {
    const name = CSS.escape(old.getAttribute('data-part') ?? '');
    const fresh = next.querySelector(`[data-part="${name}"]`);
    if (fresh !== null) put(old, fresh);
  }
  adoptRows(next);
  if (next.title !== document.title) document.title = next.title;
  const icon = document.querySelector('link[rel="icon"]');
  const nextIcon = next.querySelector('link[rel="icon"]');
  if (nextIcon !== null && !nextIcon.isEqualNode(icon))
    icon?.replaceWith(document.importNode(nextIcon, true));
  filter();
  tick();
  addLocalTimes();
};

/** Loads this page again. @param {string} textContent */
const linkHere = (textContent) =>
  Object.assign(document.createElement('a'), { href: location.href, textContent });

/** @param {number} moved */
const sayMoved = (moved) => {
  const known = document.querySelector('[data-moved]');
  if (moved === 0) return known?.remove();
  const note = known ?? document.createElement('p');
  note.setAttribute('data-moved', '');
  note.className = 'more mut';
  note.textContent = `${moved} ${moved === 1 ? 'model' : 'models'} changed order. `;
  note.append(linkHere('Sort again'));
  if (known === null) document.querySelector('.cols')?.before(note);
};

/** @param {boolean} on @param {string} text */
const sayLive = (on, text) => {
  if (live === null) return;
  live.classList.toggle('off', !on);
  live.replaceChildren(Object.assign(document.createElement('span'), { className: 'dot' }), text);
};

/** What is typed stays: only the reader leaves the page. */
const sayLoggedOut = () => {
  sayLive(false, 'Logged out. ');
  live?.append(linkHere('Log in'));
};

const refresh = async () => {
  if (fetching) {
    wanted = true;
    return;
  }
  fetching = true;
  wanted = false;
  try {
    const { href } = location;
    const response = await fetch(href, { headers: { accept: 'text/html' } });
    if (response.ok) {
      const text = await response.text();
      // The reader has asked for something else meanwhile.
      if (location.href === href) adopt(new DOMParser().parseFromString(text, 'text/html'));
      else wanted = true;
      fetchedAt = Date.now();
    } else if (response.status === 401) sayLoggedOut();
  } catch {
    // The stream of events tells that the server is away.
  } finally {
    fetching = false;
    plan(wanted ? pauseMs : usualMs);
  }
};

/** Fetches after this time, or sooner where that is planned. @param {number} ms */
const plan = (ms) => {
  const due = Date.now() + ms;
  if (planned !== undefined && due >= dueAt) return;
  clearTimeout(planned);
  dueAt = due;
  planned = setTimeout(() => {
    planned = undefined;
    if (document.hidden) plan(usualMs);
    else void refresh();
  }, ms);
};

const soon = () => plan(Math.max(200, fetchedAt + pauseMs - Date.now()));

let lost = '';
const listen = () => {
  const events = new EventSource('/api/v1/events?kind=state');
  events.addEventListener('open', () => {
    if (lost !== '') soon();
    lost = '';
    sayLive(true, 'Live');
  });
  events.addEventListener('state', soon);
  events.addEventListener('reset', soon);
  events.addEventListener('error', () => {
    if (lost === '') lost = new Date().toLocaleTimeString();
    sayLive(false, `Not live since ${lost}; trying again.`);
    // The browser gives up after an answer that is no stream, such as 401 or 503.
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, reopenMs);
    soon();
  });
};

if (live !== null && 'EventSource' in window) {
  listen();
  plan(usualMs);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && Date.now() - fetchedAt > pauseMs) soon();
  });
}

/* Filter while typing: rows that do not fit are hidden, and the address says what is asked. */

const search = document.querySelector('.tools input[name="q"]');

const filter = () => {
  if (!(search instanceof HTMLInputElement)) return;
  const words = search.value.trim().toLowerCase().split(/\s+/);
  for (const row of document.querySelectorAll('[data-row]')) {
    const text = row.getAttribute('data-find') ?? '';
    row.toggleAttribute('hidden', !words.every((word) => text.includes(word)));
  }
  for (const group of document.querySelectorAll('.g')) {
    group.toggleAttribute('hidden', group.querySelector('[data-row]:not([hidden])') === null);
  }
};

search?.addEventListener('input', () => {
  if (!(search instanceof HTMLInputElement)) return;
  const address = new URL(location.href);
  if (search.value.trim() === '') address.searchParams.delete('q');
  else address.searchParams.set('q', search.value.trim());
  history.replaceState(null, '', address);
  filter();
  // Rows that the server left out come with the next fetch.
  soon();
});

/** @type {NodeListOf<HTMLSelectElement>} */
const selects = document.querySelectorAll('.tools select');
for (const select of selects) select.addEventListener('change', () => select.form?.requestSubmit());

/* A form that was sent is busy until its answer comes, and is not sent twice. */

for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    const button = form.querySelector('button');
    if (button?.getAttribute('aria-busy') === 'true') event.preventDefault();
    button?.setAttribute('aria-busy', 'true');
  });
}
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button[aria-busy]')) button.removeAttribute('aria-busy');
});
