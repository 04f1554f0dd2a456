import type {
  JsonObject,
  JsonValue,
  ResponseTimeRootCauseEntity,
  RootCauseEntity,
  RootCauseService,
  TraceSummary,
} from '@fluoroscope/model'
import { UNKNOWN_TYPE } from '@fluoroscope/model'

/**
 * The three lists of causes with the names and values that a search answers with, which is what people
 * copy into `rootcause.json`.
 */
export function rootCauseLists(summary: TraceSummary): readonly (readonly JsonValue[])[] {
  return [
    summary.faultRootCauses.map(causeJson),
    summary.errorRootCauses.map(causeJson),
    summary.responseTimeRootCauses.map(causeJson),
  ]
}

type Entity = RootCauseEntity | ResponseTimeRootCauseEntity

type Cause = {
  readonly services: readonly RootCauseService<Entity>[]
  readonly clientImpacting: boolean
}

function causeJson({ services, clientImpacting }: Cause): JsonObject {
  return { Services: services.map(serviceJson), ClientImpacting: clientImpacting }
}

function serviceJson({ key, inferred, entityPath }: RootCauseService<Entity>): JsonObject {
  return {
    Name: key.name,
    Names: [key.name],
    Type: key.type ?? UNKNOWN_TYPE,
    AccountId: key.account ?? null,
    Inferred: inferred,
    EntityPath: entityPath.map(entityJson),
  }
}

function entityJson(entity: Entity): JsonObject {
  const { name, remote } = entity
  if ('coverage' in entity) return { Name: name, Coverage: entity.coverage, Remote: remote }
  const exceptions = entity.exceptions.map((each) => ({ Name: each.name, Message: each.message }))
  return { Name: name, Exceptions: exceptions, Remote: remote }
}
