import { readFile } from 'node:fs/promises'

export type UdpAddress = {
  readonly address: string
  readonly family: string
  readonly port: number
}

/** Datagrams the kernel dropped for the socket bound to `socket`; undefined where it cannot tell. */
export async function readKernelDrops(socket: UdpAddress): Promise<number | undefined> {
  const file = socket.family === 'IPv6' ? '/proc/net/udp6' : '/proc/net/udp'
  try {
    return parseKernelDrops(await readFile(file, 'utf8'), socket.address, socket.port)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

/** The last column of the line whose local address is ours; undefined when there is none. */
export function parseKernelDrops(table: string, address: string, port: number): number | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const ipv4 = hexOfIpv4(address)
  for (const line of table.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/)
    const local = columns[1] ?? ''
    if (!local.endsWith(suffix)) continue
    if (ipv4 !== undefined && local !== `${ipv4}${suffix}`) continue
    const drops = Number(columns.at(-1))
    return Number.isSafeInteger(drops) ? drops : undefined
  }
  return undefined
}

/** As the kernel prints it: the four bytes as one little-endian word. */
function hexOfIpv4(address: string): string | undefined {
  const bytes = address.split('.').map(Number)
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) return undefined
  return bytes
    .reverse()
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
    .join('')
}
