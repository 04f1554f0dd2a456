import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

export type Asset = {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly tag: string
  /** The name holds a hash of the content, so it never changes under its name. */
  readonly immutable: boolean
}

/** The console's files by their path in the address, `/assets/index-3f.js`. */
export type ConsoleAssets = ReadonlyMap<string, Asset>

/** Reads all files of a built console; an empty map where it was not built. */
export async function loadConsoleAssets(folder: string): Promise<ConsoleAssets> {
  const assets = new Map<string, Asset>()
  for (const path of await listFiles(folder)) {
    const body = new Uint8Array(await readFile(path))
    const name = `/${relative(folder, path).split(sep).join('/')}`
    assets.set(name, {
      body,
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      tag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      immutable: HASHED.test(name),
    })
  }
  return assets
}

/** The answer with a file, or with 304 when the browser has it. */
export function assetResponse(asset: Asset, ifNoneMatch: string | undefined): Response {
  const headers = {
    ETag: asset.tag,
    'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === asset.tag)) {
    return new Response(null, { status: 304, headers })
  }
  return new Response(asset.body, { headers: { ...headers, 'Content-Type': asset.type } })
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
