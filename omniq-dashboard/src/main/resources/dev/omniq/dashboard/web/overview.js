import { html, useEffect, useState } from './vendor/preact.js';
import { get, listen } from './api.js';
import { Chart } from './chart.js';
import { count, link, millis } from './parts.js';

const COLOURS = ['--running', '--success', '--cancelled', '--failed', '--pending', '--accent', '--text', '--quiet'];
const perSecond = (value) => (value < 10 ? value.toFixed(1) : count(Math.round(value))) + '/s';
const KEPT = 900;

function Findings({ health, trouble }) {
  if (trouble) {
    return html`<section class="panel" role="alert"><h2 class="error">The store cannot be asked</h2><p>${trouble}</p></section>`;
  }
  if (!health) return null;
  return html`
    <section class="panel" aria-labelledby="health">
      <h2 id="health">Health</h2>
      ${health.findings.length === 0
        ? html`<p class="SUCCESS">All is well.</p>`
        : health.findings.map((each) => html`
          <div class="finding"><p><strong>${each.what}</strong></p><p class="quiet">${each.remedy}</p></div>`)}
    </section>`;
}

export function Overview({ theme }) {
  const [points, setPoints] = useState([]);
  const [health, setHealth] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const load = async () => {
    try {
      const all = await get('overview');
      setPoints(all.points);
      setHealth(all.health || null);
      setTrouble(all.trouble || null);
    } catch (error) {
      setTrouble(error.message);
    }
  };
  useEffect(() => {
    load();
    return listen((event, data) => {
      if (event === 'sample') {
        setPoints((old) => [...old, data].slice(-KEPT));
        setTrouble(null);
      }
      if (event === 'health') setHealth(data);
      if (event === 'trouble') setTrouble(data.detail);
      if (event === 'connected' && data) load(); // what was missed
    });
  }, []);
  const last = points[points.length - 1];
  const queues = last ? Object.keys(last.queues) : [];
  return html`
    <h1>Overview</h1>
    <div class="cards">
      ${last && Object.entries(last.tasks).map(([status, n]) => html`
        <a class="card" href=${link('tasks', { status })}><b class=${status} data-test=${'count-' + status}>${count(n)}</b>${status}</a>`)}
      ${last && html`<a class="card" href="#/workers"><b>${count(last.workers)}</b>workers</a>`}
      ${last && html`<a class="card" href="#/queues"><b>${last.lateness ? millis(last.lateness.p50) : '–'}</b>late at the start</a>`}
    </div>
    ${!last && !trouble && html`<p class="empty" role="status">Looking …</p>`}
    <${Findings} health=${health} trouble=${trouble} />
    ${last && html`<div class="charts">
      <${Chart} title="Throughput" theme=${theme} points=${points} unit=${perSecond} lines=${[
        { label: 'succeeded', colour: '--success', value: (point) => point.per_second.SUCCESS },
        { label: 'failed', colour: '--failed', value: (point) => point.per_second.FAILED },
      ]} />
      <${Chart} title="Waiting, by queue" theme=${theme} points=${points} unit=${count} whole=${true} lines=${queues.map((queue, i) => (
        { label: queue, colour: COLOURS[i], value: (point) => point.queues[queue] }))} />
      <${Chart} title="Lateness at the start" theme=${theme} points=${points} unit=${millis} lines=${[
        { label: 'half below', colour: '--running', value: (point) => point.lateness?.p50 },
        { label: '95 % below', colour: '--cancelled', value: (point) => point.lateness?.p95 },
      ]} />
      <${Chart} title="Duration of runs" theme=${theme} points=${points} unit=${millis} lines=${[
        { label: 'half below', colour: '--running', value: (point) => point.duration?.p50 },
        { label: '95 % below', colour: '--cancelled', value: (point) => point.duration?.p95 },
      ]} />
      <${Chart} title="Failed tasks kept" theme=${theme} points=${points} unit=${count} whole=${true} lines=${[
        { label: 'failed', colour: '--failed', value: (point) => point.tasks.FAILED },
      ]} />
      <${Chart} title="Running" theme=${theme} points=${points} unit=${count} whole=${true} lines=${[
        { label: 'running', colour: '--running', value: (point) => point.tasks.RUNNING },
      ]} />
    </div>`}`;
}
