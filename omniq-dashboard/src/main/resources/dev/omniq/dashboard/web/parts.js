// What pages share: how things are written, how data is loaded, questions and messages.
import { html, useEffect, useRef, useState } from './vendor/preact.js';
import { get, listen, send } from './api.js';

// ---- how things are written ----

const number = new Intl.NumberFormat('en');
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const count = (value) => number.format(value);

export function plural(n, word) {
  return count(n) + ' ' + word + (n === 1 ? '' : 's');
}

// 0.4 ms, 12 ms, 3.2 s, 5 min, 7 h, 3 d
export function millis(ms) {
  if (ms < 10) return ms.toFixed(1) + ' ms';
  if (ms < 1000) return Math.round(ms) + ' ms';
  const s = ms / 1000;
  if (s < 10) return s.toFixed(1) + ' s';
  if (s < 100) return Math.round(s) + ' s';
  if (s < 6000) return Math.round(s / 60) + ' min';
  if (s < 172800) return Math.round(s / 3600) + ' h';
  return Math.round(s / 86400) + ' d';
}

export function ago(time, now = Date.now()) {
  const ms = now - Date.parse(time);
  return ms >= 0 ? millis(ms) + ' ago' : 'in ' + millis(-ms);
}

// PT1H30M as people say it
export function duration(iso) {
  return iso.replace(/^P/, '').replace('T', ' ').toLowerCase()
    .replace(/([a-z])(\d)/g, '$1 $2').trim();
}

export function Time({ at }) {
  return at
    ? html`<time datetime=${at} title=${at}>${full.format(Date.parse(at))} <span class="quiet">(${ago(at)})</span></time>`
    : '–';
}

export function When({ at }) {
  return html`<time class="nowrap" datetime=${at} title=${full.format(Date.parse(at)) + ' · ' + at}>${ago(at)}</time>`;
}

export function Badge({ status }) {
  return html`<span class=${'badge ' + status}>${status}</span>`;
}

export function schedule(task) {
  const every = task.schedule.every;
  if (!every) return 'once';
  return (task.schedule.type === 'rate' ? 'every ' : duration(every) + ' after each run')
    + (task.schedule.type === 'rate' ? duration(every) : '');
}

export const shortName = (name) => name.replace(/^.*\.(?=[^.]*#)/, '');

// ---- the address ----

export function link(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '' && one !== false) query.append(name, one);
    }
  }
  const text = query.toString();
  return '#/' + path + (text ? '?' + text : '');
}

// ---- data ----

// Loads a path, and again when something happened, at most once a second and not unseen.
export function useLoad(path, events = ['changes']) {
  const [state, setState] = useState({ data: null, error: null });
  const reload = useRef(() => {});
  useEffect(() => {
    let alive = true;
    let timer = null;
    let busy = false;
    let again = false;
    const load = async () => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      try {
        const data = await get(path);
        if (alive) setState({ data, error: null });
      } catch (error) {
        if (alive) setState((old) => ({ data: old.data, error: error.message }));
      }
      busy = false;
      if (again && alive) {
        again = false;
        soon();
      }
    };
    const soon = () => {
      if (!timer && !document.hidden) {
        timer = setTimeout(() => {
          timer = null;
          if (alive) load();
        }, 1000);
      }
    };
    reload.current = load;
    setState({ data: null, error: null });
    load();
    const stop = listen((event) => events.includes(event) && soon());
    document.addEventListener('visibilitychange', soon);
    return () => {
      alive = false;
      clearTimeout(timer);
      stop();
      document.removeEventListener('visibilitychange', soon);
    };
  }, [path]);
  return { ...state, reload: () => reload.current() };
}

export function Loading({ of, children }) {
  return html`
    ${of.error && html`<p class="error panel" role="alert">${of.error}</p>`}
    ${of.data ? children : !of.error && html`<p class="empty" role="status">Loading …</p>`}`;
}

// ---- messages and questions ----

let showNote = () => {};
let showQuestion = () => {};

export const note = (text) => showNote(text);

// Resolves to whether the answer was yes.
export const ask = (title, text, button, danger = true) =>
  new Promise((resolve) => showQuestion({ title, text, button, danger, resolve }));

export function Notes() {
  const [notes, setNotes] = useState([]);
  showNote = (text) => {
    const one = { text };
    setNotes((all) => [...all, one]);
    setTimeout(() => setNotes((all) => all.filter((each) => each !== one)), 6000);
  };
  return html`<div class="notes" role="status" aria-live="polite">
    ${notes.map((each) => html`<div class="note">${each.text}</div>`)}</div>`;
}

export function Question() {
  const [question, setQuestion] = useState(null);
  const dialog = useRef(null);
  showQuestion = setQuestion;
  useEffect(() => {
    if (question) dialog.current.showModal(); // focuses the first button: to leave it
  }, [question]);
  if (!question) return null;
  const done = (yes) => {
    setQuestion(null);
    question.resolve(yes);
  };
  return html`
    <dialog ref=${dialog} aria-labelledby="question" onClose=${() => done(false)}>
      <h2 id="question">${question.title}</h2>
      <p>${question.text}</p>
      <div class="actions">
        <button onClick=${() => done(false)}>Leave it</button>
        <button class=${question.danger ? 'danger' : 'primary'} data-test="confirm" onClick=${() => done(true)}>${question.button}</button>
      </div>
    </dialog>`;
}

// ---- what can be done with tasks ----

export const ACTIONS = [
  { id: 'run-now', label: 'Run now', of: ['PENDING'], danger: false },
  { id: 'retry', label: 'Retry', of: ['FAILED', 'CANCELLED'], danger: false },
  { id: 'cancel', label: 'Cancel', of: ['PENDING', 'RUNNING'], danger: true },
  { id: 'delete', label: 'Delete', of: ['PENDING', 'SUCCESS', 'FAILED', 'CANCELLED'], danger: true },
];

export async function actOn(task, action) {
  const verb = action.label.toLowerCase();
  const series = task.schedule.type !== 'once' && task.status === 'PENDING' && action.danger
    ? ' Its series ends with it.' : '';
  if (action.danger && !await ask(action.label + ' this task?', shortName(task.name) + '.' + series, action.label + ' 1 task')) {
    return false;
  }
  try {
    const result = action.id === 'delete'
      ? await send('DELETE', 'tasks/' + task.id)
      : await send('POST', 'tasks/' + task.id + '/' + action.id);
    note('Task ' + result.outcome + '.');
    return true;
  } catch (error) {
    note('Cannot ' + verb + ': ' + error.message);
    return false;
  }
}
