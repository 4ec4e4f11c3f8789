import { html, useEffect, useState } from './vendor/preact.js';
import { get, send } from './api.js';
import { ACTIONS, ask, Badge, count, link, Loading, note, plural, schedule, shortName, useLoad, When } from './parts.js';

const STATUSES = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED'];
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const FILTERS = ['status', 'queue', 'name', 'label', 'series', 'recurring', 'created_from', 'created_before'];

// The filter of the address, as the server reads it.
function filterOf(query) {
  const filter = {};
  for (const name of FILTERS) {
    const values = query.getAll(name).filter((value) => value !== '');
    if (values.length > 0) filter[name] = values;
  }
  return filter;
}

function parametersOf(filter) {
  const parameters = new URLSearchParams();
  Object.entries(filter).forEach(([name, values]) => values.forEach((value) => parameters.append(name, value)));
  return parameters;
}

// The same as the body of a request has it.
function bodyOf(filter) {
  const body = {};
  for (const [name, values] of Object.entries(filter)) {
    if (name === 'status') body.status = values;
    else if (name === 'recurring') body.recurring = values[0] === 'true';
    else if (name === 'label') {
      body.label = Object.fromEntries(values.map((value) => {
        const at = value.indexOf('=');
        return [value.slice(0, at), value.slice(at + 1)];
      }));
    } else body[name] = values[0];
  }
  return body;
}

function go(filter) {
  location.hash = link('tasks', filter);
}

function searchText(filter) {
  return (filter.label || []).concat(filter.name || []).join(' ');
}

function Filters({ filter, queues }) {
  const search = (event) => {
    event.preventDefault();
    const words = event.target.elements.search.value.trim().split(/\s+/).filter(Boolean);
    if (words.length === 1 && ID.test(words[0])) {
      location.hash = link('tasks/' + words[0]);
      return;
    }
    go({
      ...filter,
      label: words.filter((word) => word.indexOf('=') > 0),
      name: words.filter((word) => word.indexOf('=') <= 0)[0],
    });
  };
  const toggled = (status) => {
    const chosen = filter.status || [];
    return { ...filter, status: chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status] };
  };
  const time = (name, label) => html`
    <label>${label}<input type="datetime-local" step="1" value=${local((filter[name] || [])[0])}
      onChange=${(event) => go({ ...filter, [name]: event.target.value ? new Date(event.target.value).toISOString() : '' })} /></label>`;
  return html`
    <div class="panel">
      <form class="filters" role="search" onSubmit=${search}>
        <label>Search by id, full name, or label=value
          <input type="search" name="search" id="search" list="names" value=${searchText(filter)} key=${searchText(filter)} />
        </label>
        <datalist id="names">${queues && Object.keys(queues.unknown_names).map((name) => html`<option value=${name} />`)}</datalist>
        <label>Queue
          <select value=${(filter.queue || [''])[0]} onChange=${(event) => go({ ...filter, queue: event.target.value })}>
            <option value="">all</option>
            ${queues && queues.queues.map((each) => html`<option value=${each.queue}>${each.queue}</option>`)}
          </select>
        </label>
        ${time('created_from', 'Enqueued from')}
        ${time('created_before', 'Enqueued before')}
        <label class="inline"><input type="checkbox" checked=${!!filter.recurring}
          onChange=${(event) => go({ ...filter, recurring: event.target.checked ? 'true' : '' })} /> only series</label>
        <button class="primary">Search</button>
        ${Object.keys(filter).length > 0 && html`<a class="button" href="#/tasks">Clear</a>`}
      </form>
      <div class="chips" role="group" aria-label="Status">
        ${STATUSES.map((status) => html`
          <a role="button" href=${link('tasks', toggled(status))} aria-pressed=${String((filter.status || []).includes(status))}>${status}</a>`)}
        ${filter.series && html`<a role="button" aria-pressed="true" href=${link('tasks', { ...filter, series: '' })}>series ${filter.series[0].slice(-12)} ×</a>`}
      </div>
    </div>`;
}

// What the input for times wants: without a zone, in ours.
function local(iso) {
  if (!iso) return '';
  const time = new Date(iso);
  return new Date(time - time.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

function Bulk({ selected, clear, page, filter, reload }) {
  const [busy, setBusy] = useState('');
  const whole = Object.keys(filter).length > 0 && page.next && selected.size === page.tasks.length;
  const act = async (action, all) => {
    let n = selected.size;
    let about = '';
    if (all) {
      const statuses = (filter.status || STATUSES).filter((status) => action.of.includes(status));
      if (statuses.length === 0) {
        note('There is nothing to ' + action.label.toLowerCase() + '.');
        return;
      }
      const counted = await get('count?' + parametersOf({ ...filter, status: statuses }));
      n = counted.count;
      about = counted.exact ? 'All that match.' : 'All that match, and there are more than that.';
    }
    const what = plural(n, 'task');
    if (!await ask(action.label + ' ' + what + '?', about || 'The selected tasks.', action.label + ' ' + what, action.danger)) return;
    setBusy('…');
    const sum = { done: 0, refusals: 0, refused: [] };
    try {
      let after;
      do { // in parts, so that one sees how far it is
        const result = await send('POST', 'bulk', all
          ? { action: action.id, filter: bodyOf(filter), after }
          : { action: action.id, ids: [...selected] });
        sum.done += result.done;
        sum.refusals += result.refusals;
        sum.refused.push(...result.refused);
        after = result.next;
        setBusy(plural(sum.done, 'task') + ' done …');
      } while (after);
      clear();
    } catch (error) {
      note(error.message);
    }
    note(plural(sum.done, 'task') + ' done'
      + (sum.refusals > 0 ? ', ' + count(sum.refusals) + ' not: ' + sum.refused[0].detail : '') + '.');
    setBusy('');
    reload();
  };
  return html`
    <div class="bulk" role="region" aria-label="Selected tasks">
      <strong role="status">${busy || plural(selected.size, 'task') + ' selected'}</strong>
      ${ACTIONS.map((action) => html`<button disabled=${!!busy} data-test=${'bulk-' + action.id} onClick=${() => act(action, false)}>${action.label}</button>`)}
      ${whole && html`<span class="quiet">or all that match:</span>
        ${ACTIONS.map((action) => html`<button disabled=${!!busy} data-test=${'all-' + action.id} onClick=${() => act(action, true)}>${action.label} all</button>`)}`}
      <button class="plain" onClick=${clear}>Select none</button>
    </div>`;
}

export function TaskRows({ tasks, selected, toggle, toggleAll }) {
  if (tasks.length === 0) return html`<p class="empty">No task matches.</p>`;
  return html`
    <div class="scroll"><table>
      <thead><tr>
        ${toggle && html`<th><input type="checkbox" aria-label="Select all of this page" checked=${tasks.every((task) => selected.has(task.id))} onChange=${toggleAll} /></th>`}
        <th>Status</th><th>Task</th><th>Queue</th><th>Due</th><th>Enqueued</th><th class="num">Attempt</th><th>Repeats</th>
      </tr></thead>
      <tbody>${tasks.map((task) => html`
        <tr key=${task.id} data-id=${task.id}>
          ${toggle && html`<td><input type="checkbox" aria-label=${'Select ' + task.id} checked=${selected.has(task.id)} onChange=${() => toggle(task.id)} /></td>`}
          <td><${Badge} status=${task.status} />${task.progress && task.status === 'RUNNING' ? ' ' + Math.round(task.progress.fraction * 100) + ' %' : ''}</td>
          <td class="name"><a class="row" href=${link('tasks/' + task.id)} title=${task.name}>${shortName(task.name)}</a>
            ${task.error && task.status !== 'SUCCESS' ? html`<div class="quiet">${task.error.slice(0, 140)}</div>` : ''}</td>
          <td>${task.queue}</td>
          <td><${When} at=${task.due_at} /></td>
          <td><${When} at=${task.created_at} /></td>
          <td class="num">${task.attempt}</td>
          <td class="nowrap">${task.schedule.type === 'once' ? '' : schedule(task)}</td>
        </tr>`)}
      </tbody>
    </table></div>`;
}

export function Tasks({ query, operator }) {
  const filter = filterOf(query);
  const after = query.get('after');
  const parameters = parametersOf(filter);
  if (after) parameters.append('after', after);
  const path = 'tasks?' + parameters;
  const loaded = useLoad(path);
  const queues = useLoad('queues', []);
  const [selected, setSelected] = useState(new Set());
  useEffect(() => setSelected(new Set()), [path]);
  const toggle = (id) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  const page = loaded.data;
  const toggleAll = () => setSelected(page.tasks.every((task) => selected.has(task.id)) ? new Set() : new Set(page.tasks.map((task) => task.id)));
  return html`
    <h1>Tasks</h1>
    <${Filters} filter=${filter} queues=${queues.data} />
    <${Loading} of=${loaded}>
      ${page && html`
        <section class="panel" aria-label="Tasks">
          <${TaskRows} tasks=${page.tasks} selected=${selected} toggle=${operator && toggle} toggleAll=${toggleAll} />
          <p class="actions">
            ${after && html`<a class="button" href=${link('tasks', filter)}>Newest</a>`}
            ${page.next && html`<a class="button" rel="next" href=${link('tasks', { ...filter, after: page.next })}>Older</a>`}
          </p>
        </section>
        ${selected.size > 0 && html`<${Bulk} selected=${selected} clear=${() => setSelected(new Set())} page=${page} filter=${filter} reload=${loaded.reload} />`}`}
    <//>`;
}
