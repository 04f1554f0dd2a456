/**
 * A place in an answer as an opaque text for the caller to send back: letters, digits, `-` and `_`. It
 * works only for the same question.
 * @param question what the place belongs to; anything JSON prints
 * @param position letters, digits and punctuation of ASCII
 */
export function sealToken(question: readonly unknown[], position: string): string {
  const token = `${TOKEN_VERSION} ${position} ${fingerprint(question, position)}`
  return Buffer.from(token, 'latin1').toString('base64url')
}

/** The position of a token that was made for the same question; undefined for any other text. */
export function openToken(question: readonly unknown[], token: string): string | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined
  const text = Buffer.from(token, 'base64url').toString('latin1')
  const position = TOKEN.exec(text)?.[1]
  // Printing again covers the fingerprint and every other spelling of the same bytes.
  if (position === undefined || sealToken(question, position) !== token) return undefined
  return position
}

/** What X-Ray answers to a token it did not make (xray-behaviour 1.4); a long one is cut short. */
export function invalidToken(token: string): string {
  return `Invalid token ${token.slice(0, MAX_TOKEN_LENGTH)}`
}

const TOKEN_VERSION = '1'
const MAX_TOKEN_LENGTH = 400
const TOKEN = /^1 ([\x20-\x7e]*) [0-9a-f]{16}$/

/** Tells other questions and altered positions apart; it keeps nobody out who wants to forge one. */
function fingerprint(question: readonly unknown[], position: string): string {
  const text = JSON.stringify([...question, position])
  let hash = FNV_OFFSET
  for (const byte of Buffer.from(text, 'utf8')) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME)
  }
  return hash.toString(16).padStart(16, '0')
}

/** FNV-1a, 64 bits. */
const FNV_OFFSET = 0xcbf29ce484222325n
const FNV_PRIME = 0x100000001b3n
