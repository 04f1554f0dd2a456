/**
 * The daemon's UDP protocol at a fixed rate: how many segments came in, were stored, were dropped by
 * the kernel or by us. `npm run bench:udp -- [segments a second] [seconds]`; needs a build.
 */
import { createSocket } from 'node:dgram'
import { removeDirectory, startServer, temporaryDirectory } from '../test/support/server.ts'
import { generateTrace, seededRandom } from './support/generate.ts'
import { machine } from './support/machine.ts'
import { cpuSeconds, processTree } from './support/processes.ts'

const RATE = Number(process.argv[2] ?? 20_000)
const SECONDS = Number(process.argv[3] ?? 10)
const TICK_MS = 5
const SETTLE_MS = 5000
const HEADER = '{"format": "json", "version": 1}\n'

const random = seededRandom(3)
const datagrams: Buffer[] = []
for (let index = 0; datagrams.length < RATE * SECONDS; index++) {
  const { documents } = generateTrace(index, 5, Date.now() / 1000, random)
  datagrams.push(...documents.map((document) => Buffer.from(HEADER + document)))
}

const directory = await temporaryDirectory()
const server = await startServer(directory, ['--log-level=warn'])
const tree = processTree(server.ready.pid)
const before = tree.map(cpuSeconds)
const socket = createSocket('udp4')
socket.bind(0)
const began = performance.now()
let sent = 0
await new Promise<void>((done) => {
  const timer = setInterval(() => {
    const due = Math.min(datagrams.length, Math.floor(((performance.now() - began) / 1000) * RATE))
    while (sent < due) socket.send(datagrams[sent++] ?? '', server.ready.udp, '127.0.0.1')
    if (sent === datagrams.length) {
      clearInterval(timer)
      done()
    }
  }, TICK_MS)
})
const seconds = (performance.now() - began) / 1000
await new Promise((done) => setTimeout(done, SETTLE_MS))
socket.close()
const used = tree.map((pid, index) => cpuSeconds(pid) - (before[index] ?? 0))
const metrics = await (await fetch(`${server.endpoint}/metrics`)).text()
const count = (name: string) =>
  metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)

const show = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`)
show('machine', machine())
show('sent', `${sent} segments, ${(sent / seconds).toFixed(0)} a second`)
show('received', String(count('fluoroscope_documents_received_total')))
show('stored', String(count('fluoroscope_documents_stored_total')))
show('rejected', String(count('fluoroscope_documents_rejected_total')))
show('dropped by us', String(count('fluoroscope_documents_dropped_total')))
show('dropped by the kernel', String(count('fluoroscope_udp_kernel_drops_total')))
show(
  'CPU',
  `${used.map((cpu) => ((cpu / sent) * 1e6).toFixed(1)).join(' + ')} µs a segment (server + engine)`,
)
await server.stop()
await removeDirectory(directory)
