import {
  betweenSeconds,
  MAX_WINDOW_SECONDS,
  type TimeWindow,
  timeParameters,
} from './time-window.ts'

/**
 * The address of this console for the fragment of a deep link into AWS's X-Ray console, as its
 * developer guide documents them ("Console deep linking"): `#/service-map?timeRange=PT1H`,
 * `#/traces?filter=…&timeRange=start~end`, `#/traces/<id>`, `…/raw`, `…/map`, `#/welcome`.
 * Undefined for any other fragment.
 */
export function addressOfDeepLink(fragment: string): string | undefined {
  const [, route = '', query = ''] = /^#(\/[^?]*)(?:\?(.*))?$/s.exec(fragment) ?? []
  switch (route.replace(/\/$/, '')) {
    case '/welcome':
    case '/getting-started':
      return '/start'
    case '/traces':
      return withParameters('/traces', query)
    case '/service-map':
      return withParameters('/map', query)
  }
  const id = /^\/traces\/([^/]+)(?:\/(?:raw|map|timeline))?\/?$/.exec(route)?.[1]
  return id === undefined ? undefined : `/traces/${id}`
}

/** In a fragment a plus is a plus: unlike in a form, only percent signs encode. */
function withParameters(path: string, query: string): string {
  const given = new Map(
    query.split('&').map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name, decoded(value.join('='))] as const
    }),
  )
  const window = readTimeRange(given.get('timeRange') ?? '')
  const parameters = new URLSearchParams(
    [
      ...(window === undefined ? [] : timeParameters(window)),
      ['filter', given.get('filter') ?? ''] as const,
    ]
      .filter(([, value]) => value !== '')
      .map((pair) => [...pair]),
  )
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`
}

/** A length or two instants in ISO 8601, in UTC. */
function readTimeRange(text: string): TimeWindow | undefined {
  const [start, end] = text.split('~')
  if (start !== undefined && end !== undefined) return betweenSeconds(instant(start), instant(end))
  const [, days, hours, minutes] =
    /^P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?$/.exec(text) ?? []
  const seconds = Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60
  return seconds > 0 && seconds <= MAX_WINDOW_SECONDS ? { kind: 'last', seconds } : undefined
}

/** Epoch seconds; the guide's own examples leave leading zeros out. NaN for anything else. */
function instant(text: string): number {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?Z?$/.exec(
    text,
  )
  if (parts === null) return Number.NaN
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0))
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
