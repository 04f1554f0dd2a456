import { createServer } from 'node:http'
import { cloudApi } from '../backing/cloud-api.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'

await runFleetProcess(async () => {
  const server = createServer(cloudApi(Date.now))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return serverProcess(server)
})
