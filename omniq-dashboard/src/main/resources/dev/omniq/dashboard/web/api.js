// What pages ask of the server, and what they hear from it.

// Without the name and password that the address may have.
const API = location.origin + location.pathname + 'api/';

let session = null;

async function answer(response) {
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) {
    throw new Error(body.detail || body.title);
  }
  return body;
}

export async function get(path) {
  return answer(await fetch(API + path, { headers: { Accept: 'application/json' } }));
}

export async function loadSession() {
  session = await get('session');
  return session;
}

export async function send(method, path, body) {
  const headers = { ...session.headers };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  const text = body === undefined ? undefined : JSON.stringify(body);
  return answer(await fetch(API + path, { method, headers, body: text }));
}

const listeners = new Set();
let source = null;
let connected = false;

function tell(event, data) {
  listeners.forEach((listener) => listener(event, data));
}

// One stream for all that is on the page, while somebody sees it: a browser has six connections
// for a server, and pages that nobody looks at must not take them.
function connect() {
  source = new EventSource(API + 'events');
  source.onopen = () => setConnected(true);
  source.onerror = () => {
    setConnected(false);
    if (source && source.readyState === EventSource.CLOSED) {
      source = null; // refused: the browser itself does not try again
      setTimeout(follow, 3000);
    }
  };
  for (const name of ['sample', 'changes', 'health', 'trouble']) {
    source.addEventListener(name, (event) => tell(name, JSON.parse(event.data)));
  }
}

function disconnect() {
  source?.close();
  source = null;
}

function setConnected(value) {
  connected = value;
  tell('connected', value);
}

function follow() {
  if (document.hidden) disconnect();
  else if (!source) connect();
}

export function start() {
  document.addEventListener('visibilitychange', follow);
  addEventListener('pagehide', disconnect);
  addEventListener('pageshow', follow);
  follow();
}

export function isConnected() {
  return connected;
}

export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
