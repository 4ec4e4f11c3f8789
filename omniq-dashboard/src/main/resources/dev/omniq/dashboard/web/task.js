import { html } from './vendor/preact.js';
import { send } from './api.js';
import { ACTIONS, actOn, ask, Badge, duration, link, Loading, millis, note, schedule, shortName, Time, useLoad } from './parts.js';

function between(from, to) {
  return millis(Date.parse(to) - Date.parse(from));
}

// What happened to the task, in its order.
function timeline(task) {
  const steps = [
    { at: task.created_at, text: 'enqueued' },
    ...(task.status === 'PENDING' && task.errors.length === 0 ? [] : [{ at: task.planned_at, text: 'was due' }]),
  ];
  for (const error of task.errors) {
    steps.push({ at: error.at, text: 'attempt ' + error.attempt + ' ended: ' + error.type, kind: 'bad' });
  }
  if (task.started_at) {
    steps.push({ at: task.started_at, text: (task.attempt > 1 ? 'attempt ' + task.attempt + ' ' : '') + 'started by ' + (task.worker || 'a worker'), kind: 'now' });
  }
  if (task.status === 'PENDING') {
    steps.push({ at: task.due_at, text: task.errors.length > 0 ? 'next attempt is due' : 'due' });
  }
  if (task.finished_at) {
    const took = task.started_at && task.status !== 'CANCELLED' ? ', after ' + between(task.started_at, task.finished_at) : '';
    steps.push({ at: task.finished_at, text: task.status + took, kind: task.status === 'SUCCESS' ? 'good' : 'bad' });
  }
  return steps.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function Facts({ task }) {
  const retries = task.retry_policy;
  const facts = [
    ['Id', html`<span class="mono">${task.id}</span>`],
    ['Full name', html`<span class="mono">${task.name}</span>`],
    ['Queue', html`<a href=${link('tasks', { queue: task.queue })}>${task.queue}</a>`],
    ['Priority', task.priority],
    ['Repeats', task.schedule.type === 'once' ? 'no'
      : html`${schedule(task)}, run ${task.run} · <a href=${link('tasks', { series: task.series_id })}>all runs</a>`],
    ['Attempts', task.attempt + ' of at most ' + (retries.max_retries + 1)],
    ['Lost workers', task.losses || null],
    ['Timeout', task.timeout ? duration(task.timeout) : 'none'],
    ['Unique key', task.unique_key],
    ['Worker', task.worker],
    ['Labels', Object.keys(task.labels).length > 0
      && Object.entries(task.labels).map(([name, value]) => html`<a href=${link('tasks', { label: name + '=' + value })}>${name}=${value}</a> `)],
  ];
  return html`<dl class="facts">${facts.filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function Errors({ errors }) {
  return errors.map((error) => html`
    <div>
      <p><strong class="FAILED">${error.type}</strong> in attempt ${error.attempt}, <${Time} at=${error.at} /></p>
      <p class="mono">${error.exception ? error.exception + ': ' : ''}${error.message}</p>
      ${error.stack_trace && html`<details><summary>Stack trace</summary><pre tabindex="0">${error.stack_trace}</pre></details>`}
    </div>`);
}

const pretty = (value) => JSON.stringify(value, null, 2);

export function OneTask({ id, operator }) {
  const loaded = useLoad('tasks/' + id, ['changes', 'sample']);
  const task = loaded.data;
  const act = async (action) => {
    if (await actOn(task, action) && action.id !== 'delete') loaded.reload();
    else if (action.id === 'delete') history.back();
  };
  const endSeries = async () => {
    if (!await ask('End this series?', 'The run that waits or runs is cancelled, and no other follows.', 'End 1 series')) return;
    try {
      note('The ' + (await send('POST', 'series/' + task.series_id + '/cancel')).outcome + '.');
      loaded.reload();
    } catch (error) {
      note(error.message);
    }
  };
  return html`
    <${Loading} of=${loaded}>${task && html`
      <div class="head">
        <h1>${shortName(task.name)} <${Badge} status=${task.status} /></h1>
        ${operator && html`<div class="actions">
          ${ACTIONS.filter((action) => action.of.includes(task.status) || (action.id === 'retry' && task.status === 'SUCCESS'))
            .map((action) => html`<button data-test=${action.id} onClick=${() => act(action)}>${action.label}</button>`)}
          ${task.schedule.type !== 'once' && html`<button data-test="end-series" onClick=${endSeries}>End series</button>`}
        </div>`}
      </div>
      ${task.progress && html`
        <section class="panel" aria-label="Progress">
          <progress max="1" value=${task.progress.fraction} aria-label="Progress"></progress>
          <div>${Math.round(task.progress.fraction * 100)} % ${task.progress.message}</div>
        </section>`}
      <div class="two">
        <section class="panel"><h2>Task</h2><${Facts} task=${task} /></section>
        <section class="panel"><h2>Timeline</h2>
          <ol class="timeline">${timeline(task).map((step) => html`<li class=${step.kind || ''}><${Time} at=${step.at} /><br />${step.text}</li>`)}</ol>
        </section>
      </div>
      <section class="panel"><h2>Arguments</h2><pre tabindex="0" data-test="arguments">${pretty(task.arguments)}</pre></section>
      ${task.result !== undefined && html`<section class="panel"><h2>Result</h2><pre tabindex="0">${pretty(task.result)}</pre></section>`}
      ${task.errors.length > 0 && html`<section class="panel"><h2>Errors</h2><${Errors} errors=${task.errors} /></section>`}
      ${task.log.length > 0 && html`<section class="panel"><h2>Log</h2>
        <pre tabindex="0">${task.log.map((line) => line.at + '  ' + line.text).join('\n')}</pre></section>`}`}
    <//>`;
}
