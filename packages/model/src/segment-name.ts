const MAX_NAME = 200
/** Cutting code points off a longer prefix is enough: each takes at most two units. */
const MAX_NAME_UNITS = 2 * MAX_NAME
const ALLOWED = String.raw`\p{L}\p{M}\p{N}\s_.:/%&#=+\\\-@`
const NAME = new RegExp(`^[${ALLOWED}]+$`, 'u')
const FORBIDDEN = new RegExp(`[^${ALLOWED}]`, 'gu')

/** Whether a document may carry this name (xray-behaviour 3.1), but for its length. */
export function isSegmentName(name: string): boolean {
  return NAME.test(name)
}

/** The first 200 characters: longer names are taken, and cut (xray-behaviour 3.1). */
export function cutSegmentName(name: string): string {
  if (name.length <= MAX_NAME) return name
  return Array.from(name.slice(0, MAX_NAME_UNITS)).slice(0, MAX_NAME).join('')
}

/** The name without characters that a document may not carry; undefined where nothing is left. */
export function repairSegmentName(name: string): string | undefined {
  const repaired = isSegmentName(name) ? name : name.replace(FORBIDDEN, '')
  return repaired === '' ? undefined : cutSegmentName(repaired)
}
