/** The word that `text` was probably meant to be: at most 2 typing slips away, a third of its length. */
export function nearestWord(text: string, words: readonly string[]): string | undefined {
  const [nearest] = words
    .map((word) => ({ word, slips: editDistance(text, word) }))
    .filter(({ word, slips }) => slips <= Math.min(2, Math.ceil(word.length / 3)))
    .sort((left, right) => left.slips - right.slips)
  return nearest?.word ?? words.find((word) => text.length >= 3 && word.startsWith(text))
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
