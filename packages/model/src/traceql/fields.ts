import type { AttributeScope, Intrinsic } from './ast.ts'

/** All names of intrinsics: the bare ones are older and mean the same. */
export const INTRINSICS: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['duration', 'span:duration'],
  ['name', 'span:name'],
  ['status', 'span:status'],
  ['statusMessage', 'span:statusMessage'],
  ['kind', 'span:kind'],
  ['childCount', 'span:childCount'],
  ['traceDuration', 'trace:duration'],
  ['rootName', 'trace:rootName'],
  ['rootServiceName', 'trace:rootService'],
  ...(
    [
      'span:duration',
      'span:name',
      'span:status',
      'span:statusMessage',
      'span:kind',
      'span:id',
      'span:parentID',
      'span:childCount',
      'trace:duration',
      'trace:rootName',
      'trace:rootService',
      'trace:id',
      'event:name',
      'event:timeSinceStart',
      'link:spanID',
      'link:traceID',
      'instrumentation:name',
      'instrumentation:version',
    ] as const
  ).map((name) => [name, name] as const),
])

export const ATTRIBUTE_SCOPES: readonly AttributeScope[] = [
  'any',
  'span',
  'resource',
  'event',
  'link',
  'instrumentation',
]

/** What a value of the language can be known to be before a span is looked at. */
export type FieldType = 'string' | 'number' | 'boolean' | 'status' | 'kind' | 'nil' | 'unknown'

export function typeOfIntrinsic(name: Intrinsic): FieldType {
  switch (name) {
    case 'span:duration':
    case 'span:childCount':
    case 'trace:duration':
    case 'event:timeSinceStart':
      return 'number'
    case 'span:status':
      return 'status'
    case 'span:kind':
      return 'kind'
    default:
      return 'string'
  }
}
