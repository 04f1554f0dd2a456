import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

export type Asset = {
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly tag: string
  /** The name holds a hash of the content, so it never changes under its name. */
  readonly immutable: boolean
}

/** The console's files by their path in the address, `/assets/index-3f.js`. */
export type ConsoleAssets = ReadonlyMap<string, Asset>

/** Reads and packs all files of a built console; an empty map where it was not built. */
export async function loadConsoleAssets(folder: string): Promise<ConsoleAssets> {
  const paths = await listFiles(folder)
  return new Map(await Promise.all(paths.map((path) => loadAsset(folder, path))))
}

async function loadAsset(folder: string, path: string): Promise<readonly [string, Asset]> {
  const body = new Uint8Array(await readFile(path))
  const name = `/${relative(folder, path).split(sep).join('/')}`
  const asset = {
    body,
    gzipped: new Uint8Array(await pack(body, { level: 9 })),
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    tag: createHash('sha256').update(body).digest('base64url').slice(0, 22),
    immutable: HASHED.test(name),
  }
  return [name, asset]
}

const pack = promisify(gzip)

/** The answer with a file, packed for who takes that, or with 304 when the browser has it. */
export function assetResponse(
  asset: Asset,
  ifNoneMatch: string | undefined,
  acceptEncoding: string | undefined,
): Response {
  const isPacked = takesGzip(acceptEncoding)
  // A strong tag is of the bytes that are sent (RFC 9110, 8.8.1).
  const tag = isPacked ? `"${asset.tag}-gzip"` : `"${asset.tag}"`
  const headers = {
    ETag: tag,
    'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
  }
  if (ifNoneMatch?.split(',').some((each) => each.trim().replace(/^W\//, '') === tag)) {
    return new Response(null, { status: 304, headers })
  }
  return new Response(isPacked ? asset.gzipped : asset.body, {
    headers: {
      ...headers,
      'Content-Type': asset.type,
      ...(isPacked && { 'Content-Encoding': 'gzip' }),
    },
  })
}

/** `gzip` in a list of codings, unless its weight is zero (RFC 9110, 12.5.3). */
function takesGzip(acceptEncoding = ''): boolean {
  return acceptEncoding.split(',').some((coding) => {
    const [name = '', weight = ''] = coding.split(';').map((part) => part.trim().toLowerCase())
    return name === 'gzip' && Number(weight.replace('q=', '') || '1') > 0
  })
}

const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.path, entry.name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
