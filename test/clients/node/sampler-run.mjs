// What every sampler program of these tests does, in whichever language:
// 1. decides on /ready until all its samplers have their rules (those of the server say: sample all);
// 2. prints `ready`;
// 3. until its standard input ends, every 50 ms, with each sampler, decides 20 times on /rate, twice on
//    /reservoir, once on /changed and once on /added;
// 4. prints a JSON array, an object for each sampler: `requests` and `sampled` of /rate; `asked` and
//    `reservoir`, decisions on /reservoir and those that sampled, by the second of the clock; `torn`,
//    seconds that ended within such a decision, which may count for the next; `changedAt` and
//    `addedAt`, when those paths were first sampled, in milliseconds, or null.
import { once } from 'node:events'

const TICK_MS = 50

export async function runSamplers(samplers) {
  await Promise.all(samplers.map(hasRules))
  const results = samplers.map(() => ({
    requests: 0,
    sampled: 0,
    asked: {},
    reservoir: {},
    torn: [],
    changedAt: null,
    addedAt: null,
  }))
  process.stdout.write('ready\n')
  let ended = false
  once(process.stdin.resume(), 'end').then(() => {
    ended = true
  })
  while (!ended) {
    for (const [index, decide] of samplers.entries()) tick(decide, results[index])
    await sleep(TICK_MS)
  }
  process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0))
}

async function hasRules(decide) {
  while (!Array.from({ length: 20 }, () => decide('/ready')).every(Boolean)) await sleep(TICK_MS)
}

function tick(decide, result) {
  for (let n = 0; n < 20; n += 1) {
    result.requests += 1
    if (decide('/rate')) result.sampled += 1
  }
  for (let n = 0; n < 2; n += 1) {
    const second = Math.floor(Date.now() / 1000)
    result.asked[second] = (result.asked[second] ?? 0) + 1
    if (decide('/reservoir')) result.reservoir[second] = (result.reservoir[second] ?? 0) + 1
    if (Math.floor(Date.now() / 1000) !== second) result.torn.push(second, second + 1)
  }
  if (decide('/changed')) result.changedAt ??= Date.now()
  if (decide('/added')) result.addedAt ??= Date.now()
}

function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms))
}
