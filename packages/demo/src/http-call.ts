import http from 'node:http'

export type HttpAnswer = { readonly status: number; readonly body: unknown }

/** A service as its callers see it: a name of its own, on a port of this machine. */
export type Peer = { readonly host: string; readonly port: number }

/** A peer that answered with a server error, or with something that is no JSON. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
}

/**
 * Calls another service and waits for its JSON. Goes through `http.request` of the module object,
 * which is what the X-Ray SDK replaces.
 */
export function callJson(
  peer: Peer,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<HttpAnswer> {
  const body = options.body === undefined ? undefined : JSON.stringify(options.body)
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        agent: AGENT,
        hostname: peer.host,
        port: peer.port,
        method,
        path,
        headers: {
          host: peer.host,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...options.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          try {
            resolve({
              status: response.statusCode ?? 0,
              body: text === '' ? undefined : JSON.parse(text),
            })
          } catch (cause) {
            reject(new UpstreamError(`${peer.host} answered with no JSON`, { cause }))
          }
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Every name of the fleet is this machine: nothing is looked up. */
const AGENT = new http.Agent({
  keepAlive: true,
  lookup: (_host, options, done) => {
    if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }])
    else done(null, '127.0.0.1', 4)
  },
})
