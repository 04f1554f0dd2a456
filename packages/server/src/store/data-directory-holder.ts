/** For the test of a killed server's lock: opens the directory and waits. */
import { openDataDirectory } from './data-directory.ts'

await openDataDirectory(process.argv[2] ?? '')
process.send?.('open')
setInterval(() => {}, 60_000)
