/** Requests a minute as people say it: `12/min`, `3.4/s`, `0.2/min`. */
export function rateText(perMinute: number): string {
  if (perMinute >= 600) return `${digits(perMinute / 60)}/s`
  return perMinute > 0 && perMinute < 0.1 ? '<0.1/min' : `${digits(perMinute)}/min`
}

/** A share in percent, never rounded to a 0 or 100 that it is not: `12 %`, `<1 %`, `>99 %`. */
export function percentText(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %'
  if (share < 1 && share > 0.99) return '>99 %'
  return `${Math.round(share * 100)} %`
}

// Made once: a formatter takes longer to make than a thousand numbers to print.
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const TENTHS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

function digits(value: number): string {
  return (value < 10 ? TENTHS : WHOLE).format(value)
}
