/**
 * Every text that `other` matches is matched by `pattern` too: `*` is any run of characters, `?`
 * exactly one, case is all the same (xray-behaviour 11.2). A text without wildcards matches itself, so
 * this also tells whether a pattern matches a text. Takes time in the product of the lengths.
 */
export function wildcardCovers(pattern: string, other: string): boolean {
  const wide = symbolsOf(pattern)
  const narrow = symbolsOf(other)
  // row[j]: the symbols of `wide` so far cover the first j of `narrow`.
  let row = narrow.reduce<boolean[]>((start) => [...start, false], [true])
  for (const symbol of wide) {
    const next = [symbol === '*' && row[0] === true]
    for (const [index, covered] of narrow.entries()) {
      const one = row[index] === true && coversOne(symbol, covered)
      const run = symbol === '*' && (row[index + 1] === true || next[index] === true)
      next.push(one || run)
    }
    row = next
  }
  return row.at(-1) === true
}

/** Runs of wildcards have one order, so that `*?` and `?*` are the same. */
function symbolsOf(pattern: string): readonly string[] {
  const ordered = pattern.toLowerCase().replace(/[*?]+/g, (run) => {
    const singles = run.replaceAll('*', '')
    return singles.length < run.length ? `${singles}*` : singles
  })
  return [...ordered]
}

function coversOne(symbol: string, covered: string): boolean {
  if (symbol === '*') return true
  return covered !== '*' && (symbol === '?' || symbol === covered)
}
