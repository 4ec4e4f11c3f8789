// Makes the tables, says {"ready":true}, and runs tasks once a line has come. What ran is told in
// lines like {"ran":[[number,milliseconds],…]}. Ends with its input.
import { createInterface } from "node:readline";
import { Logger, run, runMigrations } from "graphile-worker";

const CONCURRENCY = 64;

const worker = {
  schema: process.argv[2],
  concurrentJobs: CONCURRENCY,
  maxPoolSize: CONCURRENCY + 1,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
  // By itself it logs where the answers go.
  logger: new Logger(() => (level, message) => {
    if (level === "error" || level === "warning") {
      console.error(message);
    }
  }),
};

let ran = [];

function nothing({ number }) {
  ran.push([number, performance.timeOrigin + performance.now()]);
  if (ran.length === 1) {
    setImmediate(tell);
  }
}

function tell() {
  say({ ran });
  ran = [];
}

function say(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

await runMigrations({ preset: { worker } });
say({ ready: true });
let runner;
for await (const unused of createInterface({ input: process.stdin })) {
  runner ??= await run({ preset: { worker }, taskList: { nothing } });
}
await runner?.stop();
process.exit();
