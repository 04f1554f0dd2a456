/** What lies in quotes, comments, white space, words with the digits and marks in them, and numbers. */
const PARTS =
  /(?:'[^']*(?:'|$))+|"[^"]*(?:"|$)|`[^`]*(?:`|$)|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|\s+|[\p{L}_$@:%][\p{L}\p{N}_$]*|\d[\w.]*/gu

/** Placeholders in a row, and lists of them in a row: how many there are differs from call to call. */
const PLACEHOLDERS = /\?(?: ?, ?\?)+/g
const LISTS = /\(\?\)(?: ?, ?\(\?\))+/g

/** Longer statements are told apart by their beginning. */
const MAX_CHARACTERS = 16_384

/**
 * What is the same in all calls with a statement: texts and numbers become `?`, lists of them one; comments and
 * white space become a space. `SELECT * FROM t WHERE id IN (3, 5)` is `SELECT * FROM t WHERE id IN (?)`.
 */
export function statementShape(statement: string): string {
  return statement
    .slice(0, MAX_CHARACTERS)
    .replace(PARTS, shapeOfPart)
    .replace(/ +/g, ' ')
    .replace(PLACEHOLDERS, '?')
    .replace(/\( /g, '(')
    .replace(/ \)/g, ')')
    .replace(LISTS, '(?)')
    .trim()
    .replace(/[ ;]{1,16}$/, '')
}

function shapeOfPart(part: string): string {
  const first = part.charAt(0)
  if (first === "'" || (first >= '0' && first <= '9')) return '?'
  const isNoise = part.startsWith('--') || part.startsWith('/*') || part.trim() === ''
  return isNoise ? ' ' : part
}

/** Names the shape of a statement: 64 bits, the same for the same shape, never 0 or 1. No proof against forgery. */
export function statementFingerprint(statement: string): bigint {
  const shape = statementShape(statement)
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let index = 0; index < shape.length; index++) {
    const unit = shape.charCodeAt(index)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  high = mixed(high, low)
  low = mixed(low, high)
  const bits = (BigInt(high) << 32n) | BigInt(low)
  return bits > 1n ? bits : bits + 2n
}

/** Every bit of both depends on each bit of the result; unsigned. */
function mixed(own: number, other: number): number {
  const once = Math.imul(own ^ (own >>> 16), 2_246_822_507)
  return (once ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)) >>> 0
}
