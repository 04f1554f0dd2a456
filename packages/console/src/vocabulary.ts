import type { AnnotationValue } from '@fluoroscope/model'
import { signal } from '@preact/signals'
import type { ListedTrace } from './answer/trace-list.ts'

/** Words that recent traces use, for completion. Sets keep the order in which they were met. */
export type Vocabulary = {
  readonly services: ReadonlySet<string>
  readonly serviceTypes: ReadonlySet<string>
  readonly annotations: ReadonlyMap<string, ReadonlySet<AnnotationValue>>
  readonly urls: ReadonlySet<string>
  readonly methods: ReadonlySet<string>
  readonly statuses: ReadonlySet<number>
  readonly users: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
}

/** No words at all. */
export const EMPTY_VOCABULARY: Vocabulary = {
  services: new Set(),
  serviceTypes: new Set(),
  annotations: new Map(),
  urls: new Set(),
  methods: new Set(),
  statuses: new Set(),
  users: new Set(),
  groups: new Set(),
}

/** Of each kind, and of the values of each key: enough to choose from, and a bound on memory. */
const MAX_WORDS = 500

const known = signal(EMPTY_VOCABULARY)

/** What the traces seen since the page was opened use; reading it in a component subscribes to it. */
export function vocabulary(): Vocabulary {
  return known.value
}

/** Adds the words of `traces`. */
export function learnTraces(traces: readonly ListedTrace[]): void {
  known.value = withTraces(known.value, traces)
}

/** Replaces the names of groups. */
export function learnGroups(names: readonly string[]): void {
  known.value = { ...known.value, groups: new Set(names) }
}

/** `vocabulary` with the words of `traces`; the same object where there is no new one. */
export function withTraces(vocabulary: Vocabulary, traces: readonly ListedTrace[]): Vocabulary {
  const services = traces.flatMap((trace) => trace.services)
  const real = services.filter(({ type, name }) => type !== 'client' && name !== '')
  const next = {
    ...vocabulary,
    services: grown(
      vocabulary.services,
      real.map(({ name }) => name),
    ),
    serviceTypes: grown(
      vocabulary.serviceTypes,
      services.flatMap(({ type }) => type ?? []),
    ),
    annotations: grownAnnotations(vocabulary.annotations, traces),
    urls: grown(
      vocabulary.urls,
      traces.flatMap(({ http }) => http.url ?? []),
    ),
    methods: grown(
      vocabulary.methods,
      traces.flatMap(({ http }) => http.method ?? []),
    ),
    statuses: grown(
      vocabulary.statuses,
      traces.flatMap(({ http }) => http.status ?? []),
    ),
    users: grown(
      vocabulary.users,
      traces.flatMap(({ users }) => users),
    ),
  }
  const isSame = (Object.keys(next) as (keyof Vocabulary)[]).every(
    (kind) => next[kind] === vocabulary[kind],
  )
  return isSame ? vocabulary : next
}

function grownAnnotations(
  old: Vocabulary['annotations'],
  traces: readonly ListedTrace[],
): Vocabulary['annotations'] {
  const all = new Map(old)
  for (const { annotations } of traces) {
    for (const [key, values] of annotations) {
      const before = all.get(key)
      if (before === undefined && all.size >= MAX_WORDS) continue
      all.set(key, grown(before ?? new Set(), values))
    }
  }
  const isSame = all.size === old.size && [...all].every(([key, values]) => old.get(key) === values)
  return isSame ? old : all
}

function grown<Word>(old: ReadonlySet<Word>, words: readonly Word[]): ReadonlySet<Word> {
  const fresh = words.filter((word) => !old.has(word))
  if (fresh.length === 0) return old
  return new Set([...old, ...fresh].slice(0, MAX_WORDS))
}
