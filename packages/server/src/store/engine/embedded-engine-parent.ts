/** For the test of an engine whose server is killed: starts one, tells its process id, and waits. */
import { createLog } from '../../lib/log.ts'
import { EmbeddedEngine } from './embedded-engine.ts'

const [directory = '', spoolDirectory = ''] = process.argv.slice(2)
const engine = new EmbeddedEngine({
  directory,
  spoolDirectory,
  memoryBytes: 1024 ** 3,
  readers: 1,
  log: createLog({ level: 'silent' }),
})
await engine.start()
process.send?.(engine.pid)
setInterval(() => {}, 60_000)
