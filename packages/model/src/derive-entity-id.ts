import type { EntityId, TraceId } from './trace-id.ts'

/**
 * An id for an entity we make ourselves, always the same for the same input and never all zeros.
 * Spreads well, but is no cryptographic hash: who can choose ids can make two of them meet.
 */
export function deriveEntityId(traceId: TraceId, id: EntityId, purpose: string): EntityId {
  const text = `${purpose}/${traceId}/${id}`
  const high = hash32(text, 0x811c9dc5)
  const low = hash32(text, high ^ 0x9e3779b9)
  return (hex8(high) + hex8(low === 0 ? 1 : low)) as EntityId
}

/** FNV-1a with a seed, followed by the mixing steps of MurmurHash3, which FNV lacks. */
function hash32(text: string, seed: number): number {
  let hash = seed
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0')
}
