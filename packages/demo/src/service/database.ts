import { PGlite } from '@electric-sql/pglite'
import { createPostgresServer } from '../backing/postgres-socket.ts'
import { SHOP_SCHEMA } from '../backing/shop-schema.ts'
import { runFleetProcess, serverProcess } from '../fleet-process.ts'

/** PostgreSQL itself, compiled to WebAssembly, in memory: nothing needs to be installed. */
await runFleetProcess(async () => {
  const database = await PGlite.create()
  await database.exec(SHOP_SCHEMA)
  const server = createPostgresServer((messages) => database.execProtocolRaw(messages))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return serverProcess(server)
})
