import { signal } from '@preact/signals'
import { readStored, writeStored } from './browser-storage.ts'

/** In which zone times are shown and typed: this machine's, or UTC. */
export type TimeZone = 'local' | 'utc'

const zone = signal<TimeZone>(readStored('time-zone') === 'utc' ? 'utc' : 'local')

/** The chosen zone; reading it in a component subscribes to it. */
export function timeZone(): TimeZone {
  return zone.value
}

/** Shows times in another zone; the choice is kept in this browser. */
export function setTimeZone(choice: TimeZone): void {
  zone.value = choice
  writeStored('time-zone', choice)
}

/** The zone by the name that `Intl` knows it by; undefined for this machine's. */
export function intlTimeZone(): 'UTC' | undefined {
  return zone.value === 'utc' ? 'UTC' : undefined
}

/** `UTC`, or this machine's zone by name: `Europe/Vienna`. */
export function timeZoneName(choice: TimeZone): string {
  return choice === 'utc' ? 'UTC' : new Intl.DateTimeFormat().resolvedOptions().timeZone
}
