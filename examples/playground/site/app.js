// The page: it sends what is entered to the worker and shows the answer. All rules are in
// the library; this file only renders.
'use strict';

const $ = (id) => document.getElementById(id);

// h makes an element. Texts become text nodes, never markup.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick') element.addEventListener('click', value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const plural = (n, one, many) => `${n} ${n === 1 ? one : many || one + 's'}`;

// ---- The state ----

const tabs = ['update', 'merge', 'card', 'life'];
const fields = { // what each tab sends
  update: ['user', 'payload', 'connection', 'kind', 'sync', 'importMode', 'migrated', 'secondary', 'scopes', 'sources'],
  merge: ['base', 'delta'],
  card: ['user', 'form', 'passEmpty', 'connection', 'kind', 'sync', 'importMode', 'migrated', 'secondary', 'scopes', 'sources'],
  life: ['steps', 'database', 'update', 'sources'],
};
const blank = {
  tab: 'update', user: '', payload: '', connection: '', kind: '', sync: 'on_each_login', importMode: false, migrated: false,
  secondary: false, scopes: '', sources: 'current', base: '', delta: '', form: {}, passEmpty: false, steps: [], database: '', update: '',
};
const choices = ['kind', 'sync'];
const switches = ['importMode', 'migrated', 'secondary', 'passEmpty'];
const maxFragment = 32 * 1024;
const maxSteps = 50; // the library computes no more
const maxKept = 256 * 1024; // the library's limit of what it masks

let model = structuredClone(blank);
let page = { samples: [], labels: [], maxText: 4 << 20 };
let sample = ''; // the name of the sample that is shown unchanged
let selected = -1; // the step that is shown; -1: the last

// request returns the state of the tab that is shown.
function request() {
  const state = { tab: model.tab };
  for (const name of fields[model.tab]) state[name] = model[name];
  if (state.form) state.form = { ...state.form }; // the link is made of it later
  return state;
}

// adopt takes over a state that a sample or a link has, and shows its tab.
function adopt(state) {
  take(state, tabs.includes(state.tab) ? state.tab : 'update');
  fill();
}

// take takes over what a state has for a tab, as far as it has the right types.
function take(state, tab) {
  model.tab = tab;
  for (const name of fields[tab]) {
    const value = state[name];
    const kind = blank[name];
    if (name === 'steps') {
      model.steps = Array.isArray(value) ? value.slice(0, maxSteps).map((s) => ({ do: String(s && s.do), text: typeof (s && s.text) === 'string' ? s.text : '' })) : [];
    } else if (name === 'form') {
      model.form = {};
      for (const label of page.labels) {
        if (value && Object.hasOwn(value, label) && typeof value[label] === 'string') model.form[label] = value[label];
      }
    } else {
      model[name] = typeof value === typeof kind ? value : kind;
    }
  }
  if (!['strict', 'current', 'lenient'].includes(model.sources)) model.sources = 'current';
  selected = -1;
}

// fill writes the model to the controls.
function fill() {
  for (const editor of Object.values(editors)) editor.set(model[editor.name]);
  for (const id of choices) {
    $(id).value = model[id];
    if ($(id).selectedIndex < 0) { $(id).selectedIndex = 0; model[id] = $(id).value; }
  }
  for (const id of switches) $(id).checked = model[id];
  $('scopes').value = model.scopes;
  for (const radio of document.getElementsByName('sources')) radio.checked = radio.value === model.sources;
  if (model.connection.trim()) $('paste').open = true;
  fillForm();
  show();
}

// show shows the sections of the tab.
function show() {
  const panel = $('panel');
  if (panel.dataset.tab !== model.tab) { // what is shown is about the other tab
    $('results').replaceChildren();
    $('share-note').textContent = '';
    status('', 'Waiting for the answer…');
  }
  panel.dataset.tab = model.tab;
  panel.setAttribute('aria-labelledby', 'tab-' + model.tab);
  for (const tab of tabs) {
    const button = $('tab-' + tab);
    button.setAttribute('aria-selected', String(tab === model.tab));
    button.tabIndex = tab === model.tab ? 0 : -1;
  }
  for (const section of document.querySelectorAll('[data-tabs]')) section.hidden = !section.dataset.tabs.split(' ').includes(model.tab);
  for (const editor of Object.values(editors)) editor.draw();
}

// idle disables the controls without an effect, each with the reason.
function idle(reasons) {
  for (const id of ['kind', 'sync', 'importMode', 'migrated']) {
    $(id).disabled = Boolean(reasons[id]);
    if ($('why-' + id).textContent !== (reasons[id] || '')) $('why-' + id).textContent = reasons[id] || '';
  }
}

// changed asks for a new answer after an input changed.
function changed() {
  if (sample) {
    sample = '';
    $('sample').value = '';
    $('teaches').textContent = '';
  }
  say('');
  ask();
}

// place names the place of a mark.
const place = (m) => `Line ${m.line}${m.column ? `, column ${m.column}` : ''}`;

// ---- Editors: a textarea with line numbers and marks ----

const editors = {};

class Editor {
  constructor(section) {
    this.name = section.dataset.editor;
    this.marks = [];
    const id = 'text-' + this.name.replace(' ', '-');
    this.gutter = h('div', { class: 'gutter', 'aria-hidden': 'true' });
    this.bands = h('div', { class: 'bands', 'aria-hidden': 'true' });
    this.area = h('textarea', {
      id, rows: section.dataset.rows, readonly: !page.samples.length, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', wrap: 'off', 'aria-describedby': id + '-faults',
    });
    this.faults = h('ul', { class: 'faults', id: id + '-faults' });
    section.append(h('label', { for: id }, section.dataset.label), h('div', { class: 'editor' }, this.gutter, this.bands, this.area), this.faults);
    this.area.addEventListener('beforeinput', (event) => this.guard(event));
    this.area.addEventListener('input', () => this.typed());
    this.area.addEventListener('scroll', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.area);
  }

  // guard refuses a text that would make the page slow.
  guard(event) {
    const text = event.data ?? event.dataTransfer?.getData('text/plain') ?? '';
    if (this.area.value.length + text.length <= page.maxText) return;
    event.preventDefault();
    this.refuse(text.length);
  }

  refuse(size) {
    this.faults.replaceChildren(h('li', { class: 'error', role: 'alert' },
      `The text was not inserted: it has ${Math.round(size / 1048576)} MB, and the page takes at most ${page.maxText / 1048576} MB. Use examples/preflight for larger files.`));
  }

  typed() {
    if (this.area.value.length > page.maxText) { // inserted without an event before it
      const size = this.area.value.length;
      this.area.value = this.read();
      this.refuse(size);
      return;
    }
    this.write(this.area.value);
    changed();
    const before = this.lines;
    this.count(); // while the worker is busy
    if (this.lines !== before) this.draw();
  }

  read() { return model[this.name]; }

  write(text) { model[this.name] = text; }

  set(text) {
    if (this.area.value !== text) this.area.value = text;
    this.count();
    this.mark([]);
    this.draw();
  }

  count() {
    let lines = 1;
    const text = this.area.value;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines++;
    this.lines = lines;
  }

  // mark shows marks: all beside the lines, faults also as text.
  mark(marks) {
    if (!marks.length && !this.marks.length && !this.faults.children.length) return;
    this.marks = marks;
    const faults = marks.filter((m) => m.fault);
    this.area.setAttribute('aria-invalid', String(faults.some((m) => m.severity === 'error')));
    for (const m of faults.slice(0, 5)) m.spot = this.spot(m);
    const shown = faults.slice(0, 5).map((m) => h('li', { class: m.severity }, h('button', { type: 'button', onclick: () => this.go(m.line, m.column) }, place(m)),
      ` ${m.pointer ? m.pointer + ': ' : ''}${m.message}`));
    if (faults.length > 5) shown.push(h('li', {}, `${faults.length - 5} more`));
    this.faults.replaceChildren(...shown);
    this.draw();
  }

  // spot returns the column of a mark if it can be shown: if all characters before it have
  // the same width.
  spot(m) {
    const line = this.area.value.slice(this.lineAt(m.line)).split('\n', 1)[0].slice(0, m.column);
    return m.column && m.column <= 1000 && /^[ -~]*$/.test(line) ? m.column : 0;
  }

  // lineAt returns the index of the first character of a line.
  lineAt(line) {
    let at = 0;
    for (let n = 1; n < line; n++) at = this.area.value.indexOf('\n', at) + 1;
    return at;
  }

  // draw draws the line numbers that can be seen.
  draw() {
    if (this.area.closest('[hidden]')) return; // show draws it
    const style = this.style ||= getComputedStyle(this.area);
    const height = parseFloat(style.lineHeight);
    const top = this.area.scrollTop;
    const first = Math.floor(top / height);
    const last = Math.min(this.lines || 1, first + Math.ceil(this.area.clientHeight / height) + 1);
    const worst = new Map();
    for (const m of this.marks) if (worst.get(m.line) !== 'error') worst.set(m.line, m.severity);
    const numbers = [];
    const bands = [];
    const offset = parseFloat(style.paddingTop) + first * height - top;
    for (let n = first + 1; n <= last; n++) {
      const severity = worst.get(n);
      numbers.push(h('div', { class: severity ? 'marked ' + severity : undefined }, severity ? (severity === 'error' ? '✕ ' : '! ') + n : String(n)));
      if (severity) {
        const top = offset + (n - first - 1) * height + 'px';
        const band = h('div', { class: severity });
        band.style.top = top;
        bands.push(band);
        for (const m of this.marks) {
          if (m.line !== n || !m.spot) continue;
          const spot = h('div', { class: 'spot' });
          spot.style.top = top;
          spot.style.left = `calc(${style.paddingLeft} - ${this.area.scrollLeft}px + ${m.spot - 1}ch)`;
          bands.push(spot);
        }
      }
    }
    const inner = h('div', {}, numbers);
    inner.style.transform = `translateY(${offset}px)`;
    this.gutter.replaceChildren(inner);
    this.bands.replaceChildren(...bands);
  }

  // go moves the caret to a line.
  go(line, column) {
    const text = this.area.value;
    const at = this.lineAt(line);
    const end = text.indexOf('\n', at);
    this.area.focus();
    const all = text.slice(at, end < 0 ? undefined : end);
    const from = column ? [...all].slice(0, column - 1).join('').length : 0; // a column is a character
    this.area.setSelectionRange(at + from, at + all.length);
    this.area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(this.area).lineHeight));
  }
}

// ---- The workflow card ----

const trueFalse = ['Email Verified', 'Phone Verified', 'Blocked', 'Verify Email'];
const objects = ['App Metadata', 'Metadata'];

class FormEditor extends Editor {
  read() { return model.form[this.name] ?? ''; }

  write(text) { if (Object.hasOwn(model.form, this.name)) model.form[this.name] = text; }
}

// makeForm makes the form when it is first shown.
function makeForm() {
  if ($('form').children.length) return;
  for (const label of page.labels) {
    const id = 'card-' + label.replaceAll(' ', '-');
    const tick = h('input', { type: 'checkbox', id: id + '-on', 'data-label': label, 'aria-label': label + ' is on the card' });
    tick.addEventListener('change', () => {
      if (tick.checked) model.form[label] = valueOf(label);
      else delete model.form[label];
      onCard(label);
      changed();
    });
    const row = h('div', { class: 'row', 'data-row': label }, tick);
    if (objects.includes(label)) {
      const section = h('div', { class: 'input', 'data-editor': label, 'data-label': label, 'data-rows': '4' });
      row.append(section);
      cardEditors[label] = new FormEditor(section);
    } else if (trueFalse.includes(label)) {
      const select = h('select', { id }, h('option', { value: '' }, 'blank'), h('option', { value: 'true' }, 'True'), h('option', { value: 'false' }, 'False'));
      select.addEventListener('change', () => { model.form[label] = select.value; changed(); });
      row.append(h('label', { for: id, class: 'input' }, h('span', {}, label), select));
    } else {
      const input = h('input', { id, type: 'text', class: label === 'Password' ? 'secret' : undefined, autocomplete: 'off', spellcheck: 'false' });
      input.addEventListener('input', () => { model.form[label] = input.value; changed(); });
      row.append(h('label', { for: id, class: 'input' }, h('span', {}, label), input));
    }
    $('form').append(row);
  }
}

const cardEditors = {};
const inputOf = (label) => (cardEditors[label] ? cardEditors[label].area : $('card-' + label.replaceAll(' ', '-')));
const valueOf = (label) => inputOf(label).value;

function onCard(label) {
  const on = Object.hasOwn(model.form, label);
  inputOf(label).disabled = !on;
  $('card-' + label.replaceAll(' ', '-') + '-on').checked = on;
}

function fillForm() {
  if (model.tab !== 'card') return;
  makeForm();
  for (const label of page.labels) {
    const text = Object.hasOwn(model.form, label) ? model.form[label] : '';
    if (cardEditors[label]) cardEditors[label].set(text);
    else inputOf(label).value = text;
    onCard(label);
  }
}

// ---- The worker ----

const patience = 30000; // milliseconds until an answer is given up

let worker;
let ready = false;
let waiting = null; // the request that the worker has
let next = false; // whether the state changed since
let timer = 0;
let count = 0;
let begun = 0;
let slow = 0; // the timer that shows that an answer is pending

function startWorker() {
  ready = false;
  try {
    worker = new Worker('worker.js');
  } catch (error) {
    unstarted(error);
    return;
  }
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = (event) => { event.preventDefault(); unstarted(event.message || 'worker.js cannot be read'); };
}

function unstarted(reason) {
  status('error', `The library could not be started: ${reason}. Serve these files over HTTP, for example with python3 -m http.server.`);
}

// busy shows whether an answer is pending.
function busy(on) {
  if (!on) { clearTimeout(slow); slow = 0; }
  for (const id of ['status', 'answer']) $(id).setAttribute('aria-busy', String(on));
}

// ask sends the state to the worker, or notes that it changed while the worker is busy.
function ask() {
  if (!begun) begun = performance.now();
  slow ||= setTimeout(busy, 100, true);
  if (!ready || waiting) { next = true; return; }
  next = false;
  const state = request();
  for (const [name, value] of Object.entries(state)) {
    if (typeof value === 'string' && value.length > page.maxText) state[name] = value.slice(0, page.maxText + 1);
  }
  waiting = { id: ++count, state, begun };
  begun = 0;
  timer = setTimeout(() => restart('The library took too long, so it was started again.'), patience);
  worker.postMessage({ id: waiting.id, state });
}

function restart(message) {
  clearTimeout(timer);
  worker.terminate();
  waiting = linking = null;
  busy(false);
  const older = $('results').childElementCount > 0;
  $('results').className = older ? 'older' : '';
  status('error', message + (older ? ' What is below is older.' : ''));
  startWorker();
}

function receive(data) {
  if (data.page) {
    ready = true;
    document.body.dataset.warm = String(data.ms);
    begin(JSON.parse(data.page));
    if (next) ask(); // of what came while the worker was started again
    return;
  }
  if (data.failed && !data.id) { unstarted(data.failed); return; }
  if (linking && data.id === linking.id) {
    if (data.failed) restart(`The library ended: ${data.failed}.`);
    else linked(data.answer);
    return;
  }
  if (!waiting || data.id !== waiting.id) return;
  clearTimeout(timer);
  const asked = waiting;
  waiting = null;
  if (data.failed) { restart(`The library ended: ${data.failed}.`); return; }
  if (asked.state.tab === model.tab) render(JSON.parse(data.answer));
  performance.measure('answer', { start: asked.begun, detail: { id: data.id, compute: data.ms } });
  if (performance.getEntriesByName('answer').length > 500) performance.clearMeasures('answer');
  document.body.dataset.answered = String(data.id);
  if (next) ask();
  else { busy(false); share(); }
}

// ---- Rendering ----

function status(kind, text) {
  $('status').className = 'status ' + kind;
  if ($('status').textContent !== text) $('status').textContent = text;
}

const texts = { payload: 'payload', user: 'user', connection: 'connection', delta: 'change', base: 'stored metadata', database: 'user in the database', update: 'payload' };

function render(answer) {
  const marks = answer.marks || {};
  for (const editor of [...Object.values(editors), ...Object.values(cardEditors)]) editor.mark(marks[editor.name] || []);
  if (marks.connection) $('paste').open = true;
  idle(answer.idle || {});
  if (answer.problem) { status('error', answer.problem); return; }
  const open = new Set([...document.querySelectorAll('#results details[open]')].map((d) => d.dataset.key));
  const faults = Object.entries(marks).flatMap(([name, list]) => list.filter((m) => m.fault && m.severity === 'error').map((m) => ({ name, ...m })));
  if (model.tab === 'life') renderLife(answer.life || []);
  else if (answer.update) $('results').replaceChildren(...updateView(answer.update, answer.body));
  else if (answer.merges) renderMerges(answer.merges);
  else if (!faults.length) $('results').replaceChildren();
  seek();
  for (const details of document.querySelectorAll('#results details')) if (open.has(details.dataset.key)) details.open = true;
  const older = faults.length > 0 && $('results').childElementCount > 0 && model.tab !== 'life' && !answer.update && !answer.merges;
  $('results').className = older ? 'older' : '';
  if (faults.length) {
    const firsts = faults.filter((f, i) => i === 0 || f.name !== faults[i - 1].name); // one for each text
    status('error', firsts.map((f) => `The ${texts[f.name] || f.name} cannot be read: ${place(f).toLowerCase()}: ${f.message}.`).join(' ') + (older ? ' What is below is older.' : ''));
  } else if (model.tab !== 'life' && !answer.update && !answer.merges) {
    status('', 'Enter a payload to see what it does.');
  }
}

const region = (label, attributes, ...children) => h('div', { role: 'region', 'aria-label': label, tabindex: '0', ...attributes }, ...children);
const code = (text, label) => region(label, { class: 'code' }, h('pre', {}, text));
const block = (title, ...children) => h('section', { class: 'block' }, h('h2', {}, title), ...children);

function updateView(u, body) {
  const errors = (u.findings || []).filter((f) => f.severity === 'error').length;
  const warnings = (u.findings || []).length - errors;
  const counts = [errors && plural(errors, 'error'), warnings && plural(warnings, 'warning')].filter(Boolean).join(', ');
  const lost = u.lost && !u.planned ? ` ${plural(u.lost, 'member is', 'members are')} lost.` : '';
  if (u.valid) status(u.lost ? 'lost' : warnings ? 'warning' : 'valid', `${u.noUser ? 'Valid, judged without a user' : 'Accepted'}${counts ? ', ' + counts : ''}.${lost}`);
  else status('error', `Refused: ${counts}.`);
  const view = [];
  if (body !== undefined) view.push(block('The card sends', code(body, 'The payload that the card sends')));
  if (u.lost) view.push(lostView(u));
  if (u.findings) view.push(block('Why', findingsView(u.findings)));
  if (!u.noUser && (u.valid || u.planned)) {
    view.push(block(u.planned ? 'What the plan below changes' : 'What changes', changesView(u, 'The profile before and after')));
    view.push(block('Effects', effectsView(u.effects)));
  }
  if (u.meant) view.push(block('If you meant a deep merge, send this', u.nothing ? h('p', {}, 'Nothing is left to send.') : [code(u.meant, 'The payload that keeps the siblings'), use(u.meant, body)]));
  if (u.plan) view.push(block('The plan: send these payloads in order', h('ol', { class: 'plan' }, u.plan.map((text, i) => h('li', {}, code(text, `Payload ${i + 1} of the plan`))))));
  if (u.planNote && !u.valid) view.push(block('The plan', h('p', { class: 'lines' }, u.planNote)));
  if (u.inverse && u.valid) view.push(block('The payload that undoes it', code(u.inverse, 'The inverse'), u.remains ? h('p', { class: 'lines' }, 'These differences remain: ' + u.remains) : ''));
  view.push(block("The API's answer", h('p', {}, u.valid ? '200 OK, with the profile after the update.' : u.response ? `${u.status} ${u.response}` : 'No answer to this is known.')));
  return view;
}

function use(text, body) {
  if (body !== undefined || text.includes('********') || !text.startsWith('{')) return null; // masked or cut
  return h('button', { type: 'button', onclick: () => { editors.payload.set(text); editors.payload.typed(); editors.payload.area.focus(); } }, 'Use this payload');
}

function lostView(u) {
  const list = u.changes.filter((c) => c.lost).slice(0, 20);
  return h('section', { class: 'block lostbox' }, h('h2', {}, u.planned ? 'The plan loses data' : 'Data is lost'),
    h('p', {}, 'The payload does not name these members, and the update removes them:'),
    h('ul', {}, list.map((c) => h('li', {}, h('code', {}, c.pointer), ' ', h('code', { class: 'value' }, c.from))), others(u.lost, list)));
}

// others says how many members are lost beside those of a list of changes.
function others(lost, list) {
  const n = lost - list.reduce((sum, c) => sum + c.lost, 0);
  return n ? h('li', {}, plural(n, 'more member')) : '';
}

// findingsView shows findings; those with the same rule and message are one.
function findingsView(list) {
  const groups = new Map();
  for (const f of list) {
    const key = [f.severity, f.rule, f.message].join('\n');
    groups.set(key, [...groups.get(key) || [], f]);
  }
  return h('ul', { class: 'findings' }, [...groups.values()].map((group, i) => findingView(group, i)));
}

function findingView(group, i) {
  const f = group[0];
  const where = group.slice(0, 20).map((g) => [g.pointer ? h('code', {}, g.pointer) : '',
    g.line ? h('button', { type: 'button', onclick: () => editors[g.in].go(g.line) }, `line ${g.line}${g.in === 'user' ? ' of the user' : ''}`) : '']);
  if (group.length > 20) where.push(h('span', {}, `${group.length - 20} more`));
  return h('li', { class: f.severity },
    h('p', {}, h('span', { class: 'badge ' + f.severity }, f.severity), ' ', f.message.split('\n').join(' ')),
    h('p', { class: 'where' }, f.rule ? h('code', {}, f.rule) : '', f.evidence ? h('span', { class: 'badge plain' }, f.evidence) : '', where),
    f.statement ? h('details', { 'data-key': f.rule + i }, h('summary', {}, 'Rule and sources'),
      h('p', {}, f.statement), h('p', {}, h('b', {}, 'Source: '), f.source),
      f.readings ? h('ul', { class: 'readings' }, f.readings.map((r) => h('li', { class: r.name === f.holds ? 'holds' : undefined },
        h('b', {}, r.name), r.name === f.holds ? ' (holds here)' : '', ': ', r.statement, h('br'), h('span', { class: 'hint' }, `${r.source}, ${r.date}${r.current ? ', the newest source' : ''}`)))) : '') : '');
}

const words = { '-': 'removed', '+': 'added', '…': 'left out', ' ': '' };

// diffView shows a diff below a list of what is lost, which leads to its lines.
function diffView(e, label) {
  const box = diffBox(e.diff || [], label);
  const at = new Map([...box.querySelectorAll('[data-at]')].map((line) => [line.dataset.at, line]));
  const list = (e.changes || []).filter((c) => c.lost).slice(0, 10);
  if (!list.length) return box;
  const go = (line) => { box.focus({ preventScroll: true }); line.scrollIntoView({ block: 'center' }); };
  const shown = list.map((c) => {
    const text = c.pointer + (c.lost > 1 ? ` (${c.lost} members)` : '');
    return h('li', {}, at.has(c.pointer) ? h('button', { type: 'button', 'data-to': c.pointer, onclick: () => go(at.get(c.pointer)) }, text) : h('code', {}, text));
  });
  return [h('div', { class: 'losses' }, h('b', {}, `${plural(e.lost, 'member is', 'members are')} lost:`), ' ', h('ul', {}, shown, others(e.lost, list))), box];
}

// seek scrolls each diff to the first line that is lost, once the layout is done.
function seek() {
  requestAnimationFrame(() => {
    for (const box of document.querySelectorAll('#results .diff')) {
      const first = box.querySelector('.lost');
      if (first) box.scrollTop = Math.max(0, first.offsetTop - 60);
    }
  });
}

function diffBox(lines, label) {
  const kind = lines.length > 200 ? 'diff long' : 'diff'; // long: only what is seen is laid out
  return region(label, { class: kind }, h('div', { class: 'lines' }, lines.map((l) => h('div', { class: 'line ' + (words[l.sign] || 'same').replace(' ', '-') + (l.lost ? ' lost' : ''), 'data-at': l.at },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, l.lost ? '✕' : l.sign === ' ' ? '' : l.sign),
    h('span', { class: 'indent' }, l.text.match(/^ */)[0]),
    h('span', { class: 'text' }, l.lost ? h('span', { class: 'tag', 'aria-hidden': 'true' }, 'lost') : '', h(l.sign === '-' ? 'del' : 'span', {}, l.text.trimStart())),
    words[l.sign] ? h('span', { class: 'sr' }, ` (${l.lost ? 'lost' : words[l.sign]})`) : ''))));
}

function changesView(e, label) {
  if (!e.changes) return h('p', {}, 'Nothing changes.');
  const n = e.changes.length + (e.more || 0);
  return [diffView(e, label), h('details', { 'data-key': 'changes' + label }, h('summary', {}, plural(n, 'change')),
    h('ul', { class: 'changes' }, e.changes.slice(0, 100).map((c) => h('li', {}, h('span', { class: 'badge ' + (c.lost ? 'error' : 'plain') }, c.lost ? 'lost' : c.kind), ' ', h('code', {}, c.pointer))),
      n > 100 ? h('li', {}, `${n - 100} more`) : ''))];
}

const effectNames = {
  'verification-email': 'A verification e-mail is sent.', 'verification-text': 'A verification text message is sent.', 'sessions-expire': 'Sessions end: the user must log in again.',
  migrated: 'The user moves to the Auth0 store.', 'change-email-message': 'A message about the new address is sent.', 'login-script': 'The Login script runs.',
  'get-user-script': 'The Get User script runs.', 'create-script': 'The Create script runs.', 'verify-script': 'The Verify script runs.', 'delete-script': 'The Delete script runs.',
  'change-email-script': 'The Change Email script runs.', 'change-password-script': 'The Change Password script runs.', 'change-phone-script': 'The Change Phone Number script runs.',
  'change-username-script': 'The Change Username script runs.',
};

function effectsView(list) {
  if (!list) return h('p', {}, 'None.');
  return h('ul', { class: 'effects' }, list.map((e) => h('li', {}, effectNames[e.kind] || e.kind, ' ', e.pointer ? [h('code', {}, e.pointer), ' '] : '', h('code', { class: 'quiet' }, e.rule))));
}

const modes = {
  'first-level': ['First level', 'Auth0, PATCH: a member is replaced whole; null removes; {} wipes.'],
  deep: ['Deep', 'JSON Merge Patch, RFC 7396: objects are merged at every level.'],
  replace: ['Replace', 'Bulk import with upsert: the change becomes the metadata.'],
  fill: ['Fill', 'Card "Link Account": only missing members are added.'],
};

function renderMerges(list) {
  const first = list[0];
  status(first.lost ? 'lost' : 'valid', first.lost ? `With Auth0's merge, ${plural(first.lost, 'member is', 'members are')} lost.` : "Auth0's merge loses nothing here.");
  $('results').replaceChildren(h('div', { class: 'modes' }, list.map((m) => h('section', { class: 'mode' }, h('h2', {}, modes[m.mode][0]), h('p', { class: 'hint' }, modes[m.mode][1]),
    h('p', {}, !m.lost && [h('span', { class: 'badge valid' }, 'nothing is lost'), ' '],
      m.changes ? plural(m.changes.length + (m.more || 0), 'change') : 'no change'),
    diffView(m, 'Changes in mode ' + m.mode), h('details', { 'data-key': 'mode' + m.mode }, h('summary', {}, 'Result'), code(m.result, 'Result in mode ' + m.mode))))));
}

const stepNames = {
  create: 'Create the user', login: 'Log in', change: 'Change in the database', update: 'Update through the API', password: 'Change the password',
  'import-on': 'Turn import mode on', 'import-off': 'Turn import mode off',
};
const stateNames = { outside: ['In the database only', 'GET finds no user.'], cached: ['Cached', 'Auth0 shows a copy of the user.'], migrated: ['Migrated', 'Auth0 has the user; no script runs.'] };

const importNote = (state, on) => (state === 'migrated' ? 'There is no way back.' : on ? 'Import mode is on: the next login moves the user to Auth0.' : 'Import mode is off: the user stays in the database.');

let life = [];

// able enables or disables a button that keeps the focus.
const able = (button, on) => button.setAttribute('aria-disabled', String(!on));
const disabled = (button) => button.getAttribute('aria-disabled') === 'true';

// ableSteps disables the steps that would do nothing after those of the list, and says why.
function ableSteps(list) {
  const last = list.at(-1);
  const why = model.steps.length >= maxSteps ? `At most ${maxSteps} steps: undo one or start again.`
    : last && last.state === 'migrated' ? 'The user has moved, so the import mode no longer matters.' : '';
  for (const button of $('steps').children) {
    const name = button.dataset.do;
    const mode = name === 'import-on' || name === 'import-off';
    able(button, !(model.steps.length >= maxSteps || mode && (Boolean(why) || (name === 'import-on') === Boolean(last && last.import))));
  }
  for (const id of ['undo', 'restart']) able($(id), list.length > 0);
  $('why-steps').textContent = why || `Import mode is ${last && last.import ? 'on' : 'off'}.${list.length ? '' : ' No step can be undone yet.'}`;
}

function renderLife(list) {
  life = list;
  if (selected >= list.length) selected = -1;
  const at = selected < 0 ? list.length - 1 : selected;
  const s = list[at];
  const state = s ? s.state : 'outside';
  ableSteps(list);
  status(s && (s.refused || s.problem) ? 'error' : '', s ? `Step ${at + 1}, ${(stepNames[s.do] || s.do).toLowerCase()}: ${s.refused ? 'refused' : s.problem ? s.problem : stateNames[state][0].toLowerCase()}.` : 'The user is in the database only. Do the next step.');
  const picture = h('ol', { class: 'states', 'aria-label': 'Where the user is' }, Object.entries(stateNames).map(([name, [title, text]]) =>
    h('li', { class: name === state ? 'here' : undefined, 'aria-current': name === state ? 'step' : undefined }, h('b', {}, title), h('span', {}, text))));
  const view = [picture, h('p', { class: 'hint' }, importNote(state, s && s.import))];
  if (list.length) {
    view.push(h('ol', { class: 'timeline', 'aria-label': 'Steps' }, list.map((step, i) => h('li', {}, h('button', {
      type: 'button', class: step.refused || step.problem ? 'error' : undefined, 'aria-current': i === at ? 'true' : undefined, onclick: () => { selected = i; renderLife(life); seek(); document.querySelectorAll('.timeline button')[i].focus(); },
    }, `${i + 1}. ${stepNames[step.do] || step.do}`, step.refused ? ' (refused)' : '')))));
    if (s.findings) view.push(block('Why', findingsView(s.findings)));
    view.push(block('What runs', effectsView(s.effects)));
    view.push(block('What GET shows afterwards', s.changes ? changesView(s, 'The profile in Auth0 before and after the step') : h('p', {}, 'The profile in Auth0 does not change.')));
    view.push(h('div', { class: 'stores' }, block('In your database', code(s.database, 'The user in your database')), block('In Auth0', s.state === 'outside' ? h('p', {}, 'No user.') : code(s.profile, 'The user in Auth0'))));
  }
  $('results').replaceChildren(...view);
}

// ---- Links ----

let link = 0; // the timer
let linking = null; // what the worker is asked for a link

// share asks for a link after a pause.
function share() {
  clearTimeout(link);
  link = setTimeout(askLink, 250);
}

// askLink asks the worker what the link, and the state that a reload finds, have in place
// of secrets.
function askLink() {
  clearTimeout(link);
  link = 0;
  if (!ready) return;
  const all = { ...model, form: { ...model.form }, tab: 'link' };
  const whole = JSON.stringify(all).length <= maxKept;
  const state = whole ? all : { ...request(), tab: 'link' };
  linking = { id: 'link ' + ++count, state, whole, tab: model.tab, sample, answered: document.body.dataset.answered };
  worker.postMessage({ id: linking.id, state });
}

// linked writes the tab that is shown to the fragment, and all tabs to the state of the
// history, which a reload finds and a link does not have.
function linked(text) {
  const { state, whole, tab, sample: name, answered } = linking;
  linking = null;
  const kept = JSON.parse(text).share;
  const safe = kept && { ...state, ...kept.texts, ...(kept.form && { form: kept.form }), ...(kept.steps && { steps: kept.steps }), tab };
  let fragment = name ? 'sample=' + name : '';
  if (!name && safe) {
    fragment = 'state=' + encode(JSON.stringify(Object.fromEntries(['tab', ...fields[tab]].map((field) => [field, safe[field]]))));
    if (fragment.length > maxFragment) fragment = '';
  }
  try {
    history.replaceState(whole && safe ? { model: safe } : null, '', fragment ? '#' + fragment : location.pathname + location.search);
  } catch { // too many in a short time
    share();
    return;
  }
  if (tab === model.tab) $('share-note').textContent = shareNote(kept, whole, fragment, name ? [] : fields[tab]);
  document.body.dataset.linked = answered;
}

// shareNote says what the link and a reload leave out.
function shareNote(kept, whole, fragment, names) {
  if (!fragment) return `The inputs have more than 24 KB, so the link leaves them out; a reload ${whole && kept ? 'keeps' : 'loses'} them.`;
  if (!whole || !kept) return 'The tabs have more than 256 KB, so a reload keeps this tab only.';
  const ours = (name) => names.includes(name) || names.includes('form') && page.labels.includes(name);
  if ((kept.left || []).some(ours)) return 'The link and a reload leave out a text that is not a JSON object.';
  if ((kept.masked || []).some(ours)) return 'The link and a reload have ******** in place of passwords, tokens and unknown scopes.';
  return '';
}

function encode(text) {
  let bytes = '';
  for (const b of new TextEncoder().encode(text)) bytes += String.fromCharCode(b);
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decode(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

// follow reads the state of the URL. It reports whether it found one.
function follow() {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith('sample=')) return choose(fragment.slice(7));
  if (!fragment.startsWith('state=') || fragment.length > maxFragment) return fragment === '' ? false : complain();
  try {
    const state = JSON.parse(decode(fragment.slice(6)));
    if (state === null || typeof state !== 'object') return complain();
    sample = '';
    $('sample').value = '';
    $('teaches').textContent = '';
    adopt(state);
    ask();
    return true;
  } catch {
    return complain();
  }
}

let said = 0;

// say shows a remark on a link, until the next input and for 8 seconds at most.
function say(text) {
  $('copied').textContent = text;
  clearTimeout(said);
  said = setTimeout(say, 8000, '');
}

function complain() {
  say('The state in the link cannot be read.');
  return false;
}

// ---- Start ----

function choose(name) {
  const found = page.samples.find((s) => s.name === name);
  if (!found) return complain();
  sample = name;
  $('sample').value = name;
  $('teaches').textContent = found.teaches;
  adopt(found.state);
  ask();
  return true;
}

function begin(from) {
  const first = !page.samples.length;
  page = from;
  if (!first) { // the worker was started again
    return;
  }
  const groups = { update: 'Update', merge: 'Merge', card: 'Workflow card', life: 'Life of a database user' };
  $('sample').replaceChildren(h('option', { value: '', disabled: true }, 'your own'), ...Object.entries(groups).map(([tab, label]) =>
    h('optgroup', { label }, page.samples.filter((s) => s.state.tab === tab).map((s) => h('option', { value: s.name }, s.title)))));
  $('sample').disabled = $('copy').disabled = $('scopes').readOnly = false;
  for (const editor of Object.values(editors)) editor.area.readOnly = false;
  for (const tab of tabs.slice().reverse()) { // each tab begins with its first sample
    adopt(page.samples.find((s) => s.state.tab === tab).state);
  }
  const kept = history.state && history.state.model;
  if (kept && typeof kept === 'object') {
    for (const tab of tabs) take(kept, tab);
    adopt(kept);
  }
  if (follow()) return;
  if (kept) ask();
  else choose(page.samples[0].name);
}

function selectTab(tab) {
  model.tab = tab;
  selected = -1;
  fillForm();
  show();
  changed();
}

for (const section of document.querySelectorAll('section[data-editor]')) {
  const editor = new Editor(section);
  editors[editor.name] = editor;
}
for (const tab of tabs) $('tab-' + tab).addEventListener('click', () => selectTab(tab));
$('tabs').addEventListener('keydown', (event) => {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const at = event.key === 'Home' ? 0 : event.key === 'End' ? tabs.length - 1 : move && (tabs.indexOf(model.tab) + move + tabs.length) % tabs.length;
  if (at === undefined) return;
  event.preventDefault();
  selectTab(tabs[at]);
  $('tab-' + tabs[at]).focus();
});
for (const id of choices) $(id).addEventListener('change', () => { model[id] = $(id).value; changed(); });
for (const id of switches) $(id).addEventListener('change', () => { model[id] = $(id).checked; changed(); });
$('scopes').addEventListener('input', () => { model.scopes = $('scopes').value; changed(); });
for (const radio of document.getElementsByName('sources')) radio.addEventListener('change', () => { model.sources = radio.value; changed(); });

$('sample').addEventListener('change', () => { if ($('sample').value) choose($('sample').value); });
$('steps').addEventListener('click', (event) => {
  const name = event.target.dataset.do;
  if (!name || disabled(event.target) || model.steps.length >= maxSteps) return;
  const text = { create: '{"connection": "members", "email": "kim@example.com", "password": "********", "name": "Kim Lee"}', change: model.database, update: model.update }[name] || '';
  model.steps = [...model.steps, { do: name, text }];
  selected = -1;
  changed();
});
$('details').addEventListener('click', () => { $('answer').scrollIntoView(); $('answer').focus({ preventScroll: true }); });
$('undo').addEventListener('click', () => { if (disabled($('undo'))) return; model.steps = model.steps.slice(0, -1); selected = -1; changed(); });
$('restart').addEventListener('click', () => { if (disabled($('restart'))) return; model.steps = []; selected = -1; changed(); });
$('copy').addEventListener('click', async () => {
  const pending = () => waiting || next || link || linking;
  for (let i = 0; i < 200 && pending(); i++) await new Promise((done) => setTimeout(done, 20));
  if (pending()) { say('Not copied: the answer is still pending.'); return; }
  if (!location.hash) { say('Not copied: the inputs are too long for a link.'); return; }
  try {
    await navigator.clipboard.writeText(location.href);
    say('Copied.');
  } catch {
    say('Copy the address of the page.');
  }
});
window.addEventListener('hashchange', follow);
startWorker();
