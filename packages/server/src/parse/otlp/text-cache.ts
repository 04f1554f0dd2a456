/** A longer text is seldom the same twice. */
const MAX_CACHED_BYTES = 64
const SLOTS = 4096

/**
 * Strings of short ASCII texts by their bytes. A slot is overwritten by whatever comes next, so it takes
 * at most `SLOTS` texts however many different ones are read.
 */
export class TextCache {
  readonly #texts: string[] = new Array<string>(SLOTS).fill('')

  /** The text of `bytes[at..end)`; what is not UTF-8 becomes U+FFFD. */
  text(bytes: Buffer, at: number, end: number): string {
    const length = end - at
    if (length === 0) return ''
    if (length > MAX_CACHED_BYTES) return bytes.toString('utf8', at, end)
    let hash = length
    for (let index = at; index < end; index++) hash = Math.imul(hash, 31) + (bytes[index] as number)
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const cached = this.#texts[slot] as string
    if (isText(cached, bytes, at, end)) return cached
    const text = bytes.toString('utf8', at, end)
    // As many characters as bytes: only ASCII compares byte by byte.
    if (text.length === length) this.#texts[slot] = text
    return text
  }
}

function isText(text: string, bytes: Buffer, at: number, end: number): boolean {
  if (text.length !== end - at) return false
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[at + index]) return false
  }
  return true
}
