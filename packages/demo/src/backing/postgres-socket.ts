import { createServer, type Server, type Socket } from 'node:net'

/** Answers whole protocol messages, one call at a time. */
export type ExecuteMessages = (messages: Uint8Array) => Promise<Uint8Array>

/**
 * PostgreSQL's wire protocol 3.0 on a socket, before an engine with a single session: the messages of
 * one command, up to its Sync, reach the engine together, so that connections do not mix.
 */
export function createPostgresServer(execute: ExecuteMessages): Server {
  let turn: Promise<unknown> = Promise.resolve()
  const exclusive: ExecuteMessages = (messages) => {
    const answer = turn.then(() => execute(messages))
    // The connection that asked gets the failure; the next one only waits for its turn.
    turn = answer.catch(() => {})
    return answer
  }
  return createServer((socket) => serveConnection(socket, exclusive))
}

const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const QUERY = 0x51
const SYNC = 0x53
const TERMINATE = 0x58
const MAX_PENDING_BYTES = 16 * 1024 * 1024

function serveConnection(socket: Socket, execute: ExecuteMessages): void {
  let pending: Buffer = Buffer.alloc(0)
  let started = false
  const run = (messages: Uint8Array) =>
    execute(messages).then(
      (answer) => {
        if (socket.writable) socket.write(answer)
      },
      (error: Error) => socket.destroy(error),
    )
  // A client that goes away in the middle of an answer is no matter for the others.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk])
    if (pending.length > MAX_PENDING_BYTES) socket.destroy()
    while (!started) {
      const length = startupLength(pending)
      if (length === 0) return
      const startup = pending.subarray(0, length)
      pending = pending.subarray(length)
      started = !asksForEncryption(startup)
      if (started) void run(startup)
      else socket.write('N')
    }
    const command = commandLength(pending)
    if (command.length > 0) void run(pending.subarray(0, command.length))
    pending = pending.subarray(command.length)
    if (command.ends) socket.end()
  })
}

/** Bytes of the first packet, which has no type; 0 while it is still arriving. */
function startupLength(bytes: Buffer): number {
  if (bytes.length < 8) return 0
  const length = Math.max(8, bytes.readInt32BE(0))
  return bytes.length < length ? 0 : length
}

function asksForEncryption(startup: Buffer): boolean {
  const code = startup.readInt32BE(4)
  return code === SSL_REQUEST || code === GSS_REQUEST
}

/** Bytes up to and with the last Query or Sync; 0 while a command is still arriving. */
function commandLength(bytes: Buffer): { readonly length: number; readonly ends: boolean } {
  let offset = 0
  let length = 0
  while (offset + 5 <= bytes.length) {
    const type = bytes[offset]
    if (type === TERMINATE) return { length, ends: true }
    const next = offset + 1 + bytes.readInt32BE(offset + 1)
    if (next > bytes.length) break
    offset = next
    if (type === QUERY || type === SYNC) length = offset
  }
  return { length, ends: false }
}
