import type {
  ResponseTimeRootCauseEntity,
  RootCauseEntity,
  RootCauseKind,
  RootCauseLevel,
  RootCauseService,
  TraceSummary,
} from '@fluoroscope/model'
import { unreachable } from '@fluoroscope/model'
import { type FilterSubject, NOTHING } from './filter-subject.ts'

/** The services, entities or exceptions of all causes of a kind, as filters ask them (10.3). */
export function causeElements(
  summary: TraceSummary,
  kind: RootCauseKind,
  level: RootCauseLevel,
): readonly FilterSubject[] {
  return causesOf(summary, kind).flatMap(({ services }) => {
    switch (level) {
      case 'service':
        return services.map((service, index) => serviceElement(service, placeIn(services, index)))
      case 'entity':
        return services.flatMap(entityElements)
      case 'exception':
        return services.flatMap(({ entityPath }) => entityPath.flatMap(exceptionElements))
      default:
        return unreachable(level)
    }
  })
}

type Entity = RootCauseEntity | ResponseTimeRootCauseEntity
type Cause = { readonly services: readonly RootCauseService<Entity>[] }

function causesOf(summary: TraceSummary, kind: RootCauseKind): readonly Cause[] {
  switch (kind) {
    case 'fault':
      return summary.faultRootCauses
    case 'error':
      return summary.errorRootCauses
    case 'responsetime':
      return summary.responseTimeRootCauses
    default:
      return unreachable(kind)
  }
}

/** Where an element stands in its list, from 0. */
type Place = { readonly index: number; readonly isLast: boolean }

function placeIn(list: readonly unknown[], index: number): Place {
  return { index, isLast: index === list.length - 1 }
}

function serviceElement(service: RootCauseService<Entity>, place: Place): FilterSubject {
  const { name, type } = service.key
  return element(place, { name, type }, { inferred: service.inferred })
}

function entityElements({ key, entityPath }: RootCauseService<Entity>): readonly FilterSubject[] {
  return entityPath.map((entity, index) => {
    const coverage = 'coverage' in entity ? entity.coverage : undefined
    const texts = { name: entity.name, type: key.type }
    return element(placeIn(entityPath, index), texts, { remote: entity.remote, coverage })
  })
}

/** An exception is named by its type. */
function exceptionElements(entity: Entity): readonly FilterSubject[] {
  if (!('exceptions' in entity)) return []
  const { exceptions } = entity
  return exceptions.map(({ name, message }, index) =>
    element(placeIn(exceptions, index), { name, type: name, message }, {}),
  )
}

type Texts = Readonly<Partial<Record<string, string | undefined>>>
type Values = {
  readonly inferred?: boolean
  readonly remote?: boolean
  readonly coverage?: number | undefined
}

function element({ index, isLast }: Place, texts: Texts, values: Values): FilterSubject {
  const flags: Readonly<Record<string, boolean | undefined>> = {
    first: index === 0,
    last: isLast,
    inferred: values.inferred,
    remote: values.remote,
  }
  return {
    ...NOTHING,
    flag: (keyword) => flags[keyword] === true,
    number: (keyword) => {
      if (keyword === 'index') return index
      return keyword === 'coverage' ? values.coverage : undefined
    },
    texts: (keyword) => {
      const text = texts[keyword]
      return text === undefined ? [] : [text]
    },
  }
}
