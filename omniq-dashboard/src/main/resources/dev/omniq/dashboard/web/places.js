// Where tasks wait, and where they run.
import { html } from './vendor/preact.js';
import { count, link, Loading, millis, plural, shortName, useLoad, When } from './parts.js';

export function Queues() {
  const loaded = useLoad('queues', ['sample']);
  const all = loaded.data;
  return html`
    <h1>Queues</h1>
    <${Loading} of=${loaded}>${all && html`
      <section class="panel" aria-label="Queues">
        ${all.queues.length === 0 ? html`<p class="empty">No queue has a task.</p>` : html`
        <div class="scroll"><table>
          <thead><tr><th>Queue</th>${Object.keys(all.queues[0].tasks).map((status) => html`<th class="num">${status}</th>`)}<th class="num">Late</th></tr></thead>
          <tbody>${all.queues.map((each) => html`
            <tr key=${each.queue}><td><a class="row" href=${link('tasks', { queue: each.queue })}>${each.queue}</a></td>
              ${Object.entries(each.tasks).map(([status, n]) => html`
                <td class="num">${n === 0 ? '–' : html`<a class=${status} href=${link('tasks', { queue: each.queue, status })}>${count(n)}</a>`}</td>`)}
              <td class="num">${each.late_ms === undefined ? '–' : millis(each.late_ms)}</td>
            </tr>`)}
          </tbody>
        </table></div>`}
      </section>
      ${Object.keys(all.unknown_names).length > 0 && html`
        <section class="panel"><h2>Names without a handler in this program</h2>
          <p class="quiet">That is as it should be if other programs run them.</p>
          <ul>${Object.entries(all.unknown_names).map(([name, n]) => html`<li><a href=${link('tasks', { name })}>${name}</a>: ${plural(n, 'live task')}</li>`)}</ul>
        </section>`}`}
    <//>`;
}

export function Workers() {
  const loaded = useLoad('workers', ['sample']);
  const all = loaded.data;
  return html`
    <h1>Workers</h1>
    <${Loading} of=${loaded}>${all && html`
      <p class=${Math.abs(all.clock_skew_ms) > 1000 ? 'error' : 'quiet'} data-test="skew">
        The clock of this machine is ${millis(Math.abs(all.clock_skew_ms))} ${all.clock_skew_ms < 0 ? 'behind' : 'ahead of'} the store's.</p>
      <section class="panel" aria-label="Workers">
        ${all.workers.length === 0 ? html`<p class="empty">No worker was seen lately.</p>` : html`
        <div class="scroll"><table>
          <thead><tr><th>Worker</th><th>Seen</th><th class="num">Leases held</th><th>Runs</th></tr></thead>
          <tbody>${all.workers.map((each) => html`
            <tr key=${each.worker}><td class="name">${each.worker}</td>
              <td>${millis(each.silent_ms)} ago</td>
              <td class="num">${count(each.running)}</td>
              <td>${each.tasks.map((task) => html`
                <div><a class="row" href=${link('tasks/' + task.id)}>${shortName(task.name)}</a>, started <${When} at=${task.started_at} />
                  ${task.progress ? ', ' + Math.round(task.progress.fraction * 100) + ' %' : ''}</div>`)}</td>
            </tr>`)}
          </tbody>
        </table></div>`}
      </section>`}
    <//>`;
}
