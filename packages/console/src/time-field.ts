import type { TimeZone } from './time-zone.ts'

/** Epoch seconds as a `datetime-local` field holds them: `2026-11-22T14:03:09`. */
export function timeFieldText(seconds: number, zone: TimeZone): string {
  const date = new Date(seconds * 1000)
  const offsetMinutes = zone === 'utc' ? 0 : date.getTimezoneOffset()
  return new Date(date.getTime() - offsetMinutes * 60_000).toISOString().slice(0, 19)
}

/** The inverse of {@link timeFieldText}, in whole seconds; undefined for an unfinished text. */
export function parseTimeField(text: string, zone: TimeZone): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/.test(text)) return undefined
  // Without a zone at its end, a text with a time of day is read in this machine's zone.
  const milliseconds = Date.parse(zone === 'utc' ? `${text}Z` : text)
  return Number.isFinite(milliseconds) ? Math.floor(milliseconds / 1000) : undefined
}
