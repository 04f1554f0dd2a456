/** A difference of shares in percentage points, with its sign: `+72`, `−0.4`, `0`. */
export function pointsText(difference: number): string {
  const points = Math.abs(difference) * 100
  const digits = points < 10 ? 1 : 0
  const text = String(Number(points.toFixed(digits)))
  if (text === '0') return '0'
  return `${difference < 0 ? '−' : '+'}${text}`
}

/** `p < 0.001`, `p = 0.02`. */
export function pValueText(pValue: number): string {
  if (pValue < 0.001) return 'p < 0.001'
  return `p = ${Number(pValue.toFixed(pValue < 0.01 ? 3 : 2))}`
}
