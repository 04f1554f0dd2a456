/** Whether `bytes[at..end)` is UTF-8: no stray or missing continuation, overlong form or surrogate. */
export function isUtf8(bytes: Uint8Array, at: number, end: number): boolean {
  let index = at
  while (index < end) {
    const size = sizeAt(bytes, index, end)
    if (size === 0) return false
    index += size
  }
  return true
}

/** Bytes of the character that begins at `at`, 0 where none does (Unicode, table 3-7). */
function sizeAt(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] as number
  if (lead < 0x80) return 1
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  if (lead < 0xc2 || lead > 0xf4 || size > end - at) return 0
  const second = bytes[at + 1] as number
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return 0
  for (let next = at + 2; next < at + size; next++) {
    if (((bytes[next] as number) & 0xc0) !== 0x80) return 0
  }
  return size
}

function lowestSecond(lead: number): number {
  if (lead === 0xe0) return 0xa0
  return lead === 0xf0 ? 0x90 : 0x80
}

function highestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f
  return lead === 0xf4 ? 0x8f : 0xbf
}
