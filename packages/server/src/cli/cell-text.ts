/**
 * Text for a terminal: what programs sent in their traces must not move the cursor, change colours
 * or turn the writing direction. Such characters become a visible one, line breaks a space.
 */
export function safeText(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(UNSAFE, '\ufffd')
}

/** Cells that `text` takes in a terminal. */
export function cellWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let cells = 0
  for (const { segment } of GRAPHEMES.segment(text)) cells += WIDE.test(segment) ? 2 : 1
  return cells
}

/** Cuts text to `width` cells; an ellipsis stands where something is missing. */
export function fitText(text: string, width: number, keep: 'start' | 'end' = 'start'): string {
  if (cellWidth(text) <= width) return text
  if (width <= 0) return ''
  const graphemes = [...GRAPHEMES.segment(text)].map(({ segment }) => segment)
  if (keep === 'end') graphemes.reverse()
  const kept: string[] = []
  let cells = 1
  for (const grapheme of graphemes) {
    cells += WIDE.test(grapheme) ? 2 : 1
    if (cells > width) break
    kept.push(grapheme)
  }
  return keep === 'end' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`
}

/** Fills text up to `width` cells with spaces. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - cellWidth(text)))
  return align === 'left' ? text + space : space + text
}

/** Breaks text at spaces into lines; what does not fit `width` cells or `maxLines` is cut. */
export function wrapText(text: string, width: number, maxLines: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (cellWidth(longer) <= width || line === '') line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  lines.push(line)
  const rest = lines.splice(Math.max(0, maxLines - 1))
  const kept = rest.length === 0 ? lines : [...lines, rest.join(' ')]
  return kept.map((each) => fitText(each, width))
}

const PRINTABLE_ASCII = /^[ -~]*$/
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** Emoji and the East Asian scripts. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
// Control characters, and those that turn the writing direction or are not seen.
const UNSAFE = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu
