// Which page the address means, what is around every page, and the keys.
import { html, render, useEffect, useRef, useState } from './vendor/preact.js';
import { isConnected, listen, loadSession, start } from './api.js';
import { Notes, Question } from './parts.js';
import { Overview } from './overview.js';
import { Tasks } from './tasks.js';
import { OneTask } from './task.js';
import { Series } from './series.js';
import { Queues, Workers } from './places.js';

const PAGES = [
  ['', 'Overview', 'o'],
  ['tasks', 'Tasks', 't'],
  ['series', 'Series', 's'],
  ['queues', 'Queues', 'q'],
  ['workers', 'Workers', 'w'],
];

function address() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').map(decodeURIComponent), query: new URLSearchParams(query || '') };
}

const stored = () => localStorage.getItem('omniq-theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
const themeNow = () => stored() || (dark.matches ? 'dark' : 'light');

function useTheme() {
  const [theme, setTheme] = useState(themeNow());
  document.documentElement.dataset.theme = theme;
  useEffect(() => {
    const follow = () => setTheme(themeNow());
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  const toggle = () => {
    localStorage.setItem('omniq-theme', theme === 'dark' ? 'light' : 'dark');
    setTheme(themeNow());
  };
  return [theme, toggle];
}

function useKeys(showHelp) {
  useEffect(() => {
    let going = false;
    const onKey = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea, dialog')) return;
      const page = PAGES.find(([, , key]) => key === event.key);
      if (going && page) location.hash = '#/' + page[0];
      going = event.key === 'g';
      if (event.key === '/') {
        const search = document.getElementById('search');
        if (search) search.focus();
        else location.hash = '#/tasks';
        event.preventDefault();
      }
      if (event.key === 'j' || event.key === 'k') {
        const rows = [...document.querySelectorAll('a.row')];
        const at = rows.indexOf(document.activeElement.closest('tr')?.querySelector('a.row'));
        const next = rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === 'j' ? 1 : -1)))];
        if (next) next.focus();
      }
      if (event.key === 'x') {
        document.activeElement.closest('tr')?.querySelector('input[type=checkbox]')?.click();
      }
      if (event.key === '?') showHelp();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function Help({ dialog }) {
  const keys = [
    ['/', 'search'], ['j', 'next row'], ['k', 'row before'], ['Enter', 'open the row'], ['x', 'select the row'],
    ...PAGES.map(([, label, key]) => ['g ' + key, label]), ['?', 'this help'],
  ];
  return html`<dialog ref=${dialog} aria-labelledby="keys"><h2 id="keys">Keys</h2>
    <dl class="facts">${keys.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
    <form method="dialog" class="actions"><button>Close</button></form></dialog>`;
}

function Page({ at, operator, theme }) {
  const [first, second] = at.path;
  if (first === '') return html`<${Overview} theme=${theme} />`;
  if (first === 'tasks' && second) return html`<${OneTask} id=${second} key=${second} operator=${operator} />`;
  if (first === 'tasks') return html`<${Tasks} query=${at.query} operator=${operator} />`;
  if (first === 'series') return html`<${Series} query=${at.query} />`;
  if (first === 'queues') return html`<${Queues} />`;
  if (first === 'workers') return html`<${Workers} />`;
  return html`<h1>There is no such page</h1><p><a href="#/">Overview</a></p>`;
}

function App({ session }) {
  const [at, setAt] = useState(address());
  const [live, setLive] = useState(isConnected());
  const [theme, toggleTheme] = useTheme();
  const help = useRef(null);
  const main = useRef(null);
  useKeys(() => help.current.showModal());
  useEffect(() => {
    const moved = () => {
      setAt(address());
      scrollTo(0, 0);
    };
    addEventListener('hashchange', moved);
    const stop = listen((event, data) => event === 'connected' && setLive(data));
    setLive(isConnected()); // it may have come before
    return () => {
      removeEventListener('hashchange', moved);
      stop();
    };
  }, []);
  const here = PAGES.find(([path]) => path === at.path[0]);
  useEffect(() => {
    document.title = (here ? here[1] + ' · ' : '') + 'OmniQ';
  }, [here]);
  return html`
    <header class="top">
      <a class="brand" href="#/"><img src="icon.svg" alt="" />OmniQ</a>
      <nav aria-label="Pages">${PAGES.map(([path, label]) => html`
        <a href=${'#/' + path} aria-current=${path === at.path[0] ? 'page' : null}>${label}</a>`)}</nav>
      <div class="end">
        <span class=${'live' + (live ? ' on' : '')} role="status">${live ? 'live' : 'not connected'}</span>
        <span class="quiet">${session.user}, ${session.role.toLowerCase()}</span>
        <button data-test="theme" onClick=${toggleTheme} aria-label=${theme === 'dark' ? 'Light colours' : 'Dark colours'}>${theme === 'dark' ? '☀' : '☾'}</button>
        <button onClick=${() => help.current.showModal()} aria-label="Keys">?</button>
      </div>
    </header>
    <main id="main" tabindex="-1" ref=${main}><${Page} at=${at} operator=${session.role === 'OPERATOR'} theme=${theme} /></main>
    <${Help} dialog=${help} /><${Question} /><${Notes} />`;
}

// The address names the page, so this link must not change it.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});

try {
  const session = await loadSession();
  start();
  render(html`<${App} session=${session} />`, document.getElementById('app'));
} catch (error) {
  document.getElementById('app').textContent = 'The dashboard cannot begin: ' + error.message;
}
