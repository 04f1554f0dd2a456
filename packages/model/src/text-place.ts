/** Line and characters within it, both from 1, of a place in UTF-16 units. */
export function placeOf(text: string, offset: number) {
  const lines = text.slice(0, offset).split(/\r\n|[\r\n]/)
  return { line: lines.length, position: [...(lines.at(-1) ?? '')].length + 1 }
}

const MAX_SYMBOL = 60

/** Of a symbol as much as a message shows. */
export function shortenSymbol(symbol: string): string {
  const characters = [...symbol]
  return characters.length > MAX_SYMBOL ? `${characters.slice(0, MAX_SYMBOL).join('')}…` : symbol
}
