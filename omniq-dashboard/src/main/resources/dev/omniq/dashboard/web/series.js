import { html } from './vendor/preact.js';
import { Badge, link, Loading, plural, schedule, shortName, useLoad, When } from './parts.js';

function Health({ one }) {
  return one.failures > 0
    ? html`<span class="FAILED">the last ${plural(one.failures, 'run')} failed</span>`
    : html`<span class="SUCCESS">${one.runs.length > 0 ? 'well' : 'no run has ended yet'}</span>`;
}

export function Series({ query }) {
  const after = query.get('after');
  const loaded = useLoad('series' + (after ? '?after=' + encodeURIComponent(after) : ''));
  const page = loaded.data;
  return html`
    <h1>Series</h1>
    <${Loading} of=${loaded}>${page && html`
      <section class="panel" aria-label="Series">
        ${page.series.length === 0 ? html`<p class="empty">Nothing repeats.</p>` : html`
        <div class="scroll"><table>
          <thead><tr><th>Task</th><th>Repeats</th><th>Queue</th><th>Now</th><th>Next run</th><th class="num">Runs</th><th>Last runs, newest first</th><th>Health</th></tr></thead>
          <tbody>${page.series.map((one) => html`
            <tr key=${one.series_id}>
              <td class="name"><a class="row" href=${link('tasks/' + one.live.id)} title=${one.live.name}>${shortName(one.live.name)}</a></td>
              <td>${schedule(one.live)}</td>
              <td>${one.live.queue}</td>
              <td><${Badge} status=${one.live.status} /></td>
              <td><${When} at=${one.live.due_at} /></td>
              <td class="num"><a href=${link('tasks', { series: one.series_id })} aria-label="All runs">${one.live.run}</a></td>
              <td><span class="dots">${one.runs.map((run) => html`<a class=${run.status} href=${link('tasks/' + run.id)} title=${run.status + ', run ' + run.run} aria-label=${'run ' + run.run + ': ' + run.status}></a>`)}</span></td>
              <td><${Health} one=${one} /></td>
            </tr>`)}
          </tbody>
        </table></div>`}
        ${page.next && html`<p><a class="button" href=${link('series', { after: page.next })}>Older</a></p>`}
      </section>`}
    <//>`;
}
