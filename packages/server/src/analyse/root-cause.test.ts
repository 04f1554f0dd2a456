import { describe, expect, test } from 'vitest'
import {
  entityIdText,
  type Json,
  segmentJson,
  subsegmentJson,
  traceOf,
} from '../../../../test/support/traces.ts'
import { entityTree } from './entity-tree.ts'
import type { FailureKind } from './root-cause.ts'
import { MAX_ROOT_CAUSES, rootCauses } from './root-cause.ts'

function causesOf(kind: FailureKind, ...documents: readonly Json[]) {
  return rootCauses(entityTree(traceOf(...documents)), kind).causes
}

/** Each cause as `service: entity > entity | service: entity`, `*` for an inferred service. */
function pathsOf(kind: FailureKind, ...documents: readonly Json[]): readonly string[] {
  return causesOf(kind, ...documents).map((cause) =>
    cause.services
      .map(({ key, inferred, entityPath }) => {
        const entities = entityPath.map((entity) => entity.name).join(' > ')
        return `${key.name}${inferred ? '*' : ''}: ${entities}`
      })
      .join(' | '),
  )
}

function exception(type: string, id = 90): Json {
  return { cause: { exceptions: [{ id: entityIdText(id), type, message: `${type} happened` }] } }
}

const FAULT: Json = { fault: true }
const REMOTE: Json = { namespace: 'remote' }

test('a bare flag explains nothing', () => {
  const http = { response: { status: 500 } }
  expect(causesOf('fault', segmentJson(1, 'front', [0, 1], { ...FAULT, http }))).toEqual([])
})

test('only flags count, not the status', () => {
  const http = { response: { status: 500 } }
  const document = segmentJson(1, 'front', [0, 1], { http, ...exception('Broken') })
  expect(causesOf('fault', document)).toEqual([])
})

test('a root with an exception of its own', () => {
  const document = segmentJson(1, 'front', [0, 1], { ...FAULT, ...exception('Broken') })
  expect(causesOf('fault', document)).toEqual([
    {
      clientImpacting: true,
      services: [
        {
          key: { name: 'front', type: undefined, account: undefined },
          inferred: false,
          entityPath: [
            {
              name: 'front',
              exceptions: [{ name: 'Broken', message: 'Broken happened' }],
              remote: false,
            },
          ],
        },
      ],
    },
  ])
})

describe('the captured example: a healthy root, a callee at fault, a throttled store', () => {
  const documents = [
    segmentJson(1, 'front', [0, 1], {
      http: { response: { status: 200 } },
      subsegments: [subsegmentJson(2, 'back', [0.1, 0.9], { ...REMOTE, ...FAULT })],
    }),
    segmentJson(3, 'back', [0.2, 0.8], {
      parent_id: entityIdText(2),
      ...FAULT,
      ...exception('OwnFailure'),
      subsegments: [
        subsegmentJson(4, 'DynamoDB', [0.3, 0.4], {
          namespace: 'aws',
          aws: { operation: 'PutItem', table_name: 'stock' },
          error: true,
          throttle: true,
          ...exception('ProvisionedThroughputExceeded', 91),
        }),
      ],
    }),
  ]

  test('the fault starts at the callee and does not touch the client', () => {
    expect(causesOf('fault', ...documents)).toEqual([
      {
        clientImpacting: false,
        services: [
          {
            key: { name: 'back', type: undefined, account: undefined },
            inferred: false,
            entityPath: [
              {
                name: 'back',
                exceptions: [{ name: 'OwnFailure', message: 'OwnFailure happened' }],
                remote: false,
              },
            ],
          },
        ],
      },
    ])
  })

  test('the throttled store nobody claims is an error of its own', () => {
    expect(causesOf('error', ...documents)).toEqual([
      {
        clientImpacting: false,
        services: [
          {
            key: { name: 'stock', type: 'AWS::DynamoDB::Table', account: undefined },
            inferred: true,
            entityPath: [{ name: 'DynamoDB', exceptions: [], remote: false }],
          },
        ],
      },
    ])
  })
})

describe('the way down', () => {
  test('goes to the deepest exception, through services', () => {
    const documents = [
      segmentJson(1, 'front', [0, 1], {
        ...FAULT,
        ...exception('Outer', 90),
        subsegments: [
          subsegmentJson(2, 'fine', [0, 0.1]),
          subsegmentJson(3, 'load', [0.1, 0.9], {
            ...FAULT,
            subsegments: [subsegmentJson(4, 'back', [0.1, 0.9], { ...REMOTE, ...FAULT })],
          }),
        ],
      }),
      segmentJson(5, 'back', [0.2, 0.8], {
        parent_id: entityIdText(4),
        ...FAULT,
        subsegments: [
          subsegmentJson(6, 'query', [0.3, 0.4], { ...FAULT, ...exception('Deep', 91) }),
        ],
      }),
    ]
    expect(pathsOf('fault', ...documents)).toEqual([
      'front: front > load > back | back: back > query',
    ])
    const [cause] = causesOf('fault', ...documents)
    expect(cause?.clientImpacting).toBe(true)
    expect(cause?.services[0]?.entityPath.map((entity) => entity.remote)).toEqual([
      false,
      false,
      true,
    ])
    expect(cause?.services[0]?.entityPath.map((entity) => entity.exceptions.length)).toEqual([
      1, 0, 0,
    ])
  })

  test('ends at the last exception, not at a bare flag below it', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      ...exception('Own'),
      subsegments: [subsegmentJson(2, 'load', [0, 1], FAULT)],
    })
    expect(pathsOf('fault', document)).toEqual(['front: front'])
  })

  test('prefers a failing callee that did not report to a local exception', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      subsegments: [
        subsegmentJson(2, 'local', [0, 0.1], { ...FAULT, ...exception('Local') }),
        subsegmentJson(3, 'outer', [0.2, 0.5], {
          ...FAULT,
          subsegments: [
            subsegmentJson(4, 'api.test', [0.2, 0.4], {
              ...REMOTE,
              ...FAULT,
              ...exception('Far', 91),
            }),
          ],
        }),
      ],
    })
    expect(pathsOf('fault', document)).toEqual([
      'front: front > outer > api.test | api.test*: api.test',
    ])
    const [cause] = causesOf('fault', document)
    const calling = cause?.services[0]?.entityPath.at(-1)
    expect(calling).toMatchObject({ remote: true, exceptions: [{ name: 'Far' }] })
    expect(cause?.services[1]?.entityPath).toEqual([
      { name: 'api.test', exceptions: [], remote: false },
    ])
  })

  test('takes the first of several branches that are as good', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      subsegments: [
        subsegmentJson(2, 'first', [0.5, 0.6], { ...FAULT, ...exception('First') }),
        subsegmentJson(3, 'second', [0.1, 0.2], { ...FAULT, ...exception('Second', 91) }),
      ],
    })
    expect(pathsOf('fault', document)).toEqual(['front: front > first'])
  })

  test('does not pass an entity that is well', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      subsegments: [
        subsegmentJson(2, 'well', [0, 1], {
          subsegments: [subsegmentJson(3, 'deep', [0, 1], { ...FAULT, ...exception('Deep') })],
        }),
      ],
    })
    expect(pathsOf('fault', document)).toEqual([])
  })
})

describe('a cause that names an exception', () => {
  const reference = { cause: entityIdText(91) }
  const owner = { ...FAULT, ...exception('Owned', 91) }

  test('leads to the entity that recorded it, past other exceptions', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      ...reference,
      subsegments: [
        subsegmentJson(2, 'other', [0, 0.1], { ...FAULT, ...exception('Other', 90) }),
        subsegmentJson(3, 'outer', [0, 0.1], {
          ...FAULT,
          ...reference,
          subsegments: [subsegmentJson(4, 'owner', [0, 0.1], owner)],
        }),
      ],
    })
    expect(pathsOf('fault', document)).toEqual(['front: front > outer > owner'])
  })

  test('goes on from there to the callee that failed', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      ...reference,
      subsegments: [subsegmentJson(3, 'api.test', [0, 0.1], { ...REMOTE, ...owner })],
    })
    expect(pathsOf('fault', document)).toEqual(['front: front > api.test | api.test*: api.test'])
  })

  test('leads across to another service', () => {
    const paths = pathsOf(
      'fault',
      segmentJson(1, 'front', [0, 1], {
        ...FAULT,
        ...reference,
        subsegments: [subsegmentJson(2, 'back', [0, 1], REMOTE)],
      }),
      segmentJson(3, 'back', [0, 1], { parent_id: entityIdText(2), ...exception('Owned', 91) }),
    )
    expect(paths).toEqual(['front: front > back | back: back'])
  })

  test('written as an object with an id alone means the same', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      cause: { id: entityIdText(91), exceptions: [] },
      subsegments: [subsegmentJson(3, 'owner', [0, 0.1], owner)],
    })
    expect(pathsOf('fault', document)).toEqual(['front: front > owner'])
  })

  test('ends the path where nobody recorded the exception', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...FAULT,
      ...exception('Own', 90),
      subsegments: [
        subsegmentJson(2, 'outer', [0, 0.1], {
          ...FAULT,
          cause: 'ffffffffffffffff',
          subsegments: [subsegmentJson(3, 'owner', [0, 0.1], owner)],
        }),
      ],
    })
    expect(pathsOf('fault', document)).toEqual(['front: front'])
  })

  test('that stands above the reference does not lead in a circle', () => {
    const document = segmentJson(1, 'front', [0, 1], {
      ...owner,
      subsegments: [subsegmentJson(2, 'inner', [0, 0.1], { ...FAULT, ...reference })],
    })
    expect(pathsOf('fault', document)).toEqual(['front: front > inner'])
  })
})

describe('independent starts', () => {
  test('each is a cause of its own, and faults and errors are apart', () => {
    const documents = [
      segmentJson(1, 'front', [0, 1], {
        error: true,
        ...exception('Refused', 90),
        subsegments: [
          subsegmentJson(2, 'a', [0, 0.1], { ...REMOTE, ...FAULT }),
          subsegmentJson(3, 'b', [0.2, 0.3], { ...REMOTE, ...FAULT }),
          subsegmentJson(4, 'c', [0.4, 0.5], REMOTE),
        ],
      }),
      segmentJson(5, 'c', [0.4, 0.5], {
        parent_id: entityIdText(4),
        ...FAULT,
        ...exception('Crash', 91),
      }),
    ]
    expect(pathsOf('fault', ...documents)).toEqual(['a*: a', 'b*: b', 'c: c'])
    expect(causesOf('fault', ...documents).some((cause) => cause.clientImpacting)).toBe(false)
    expect(pathsOf('error', ...documents)).toEqual(['front: front'])
  })

  test('a failing path claims what lies below it', () => {
    const documents = [
      segmentJson(1, 'front', [0, 1], {
        ...FAULT,
        ...exception('Outer', 90),
        subsegments: [subsegmentJson(2, 'back', [0, 1], { ...REMOTE, ...FAULT })],
      }),
      segmentJson(3, 'back', [0, 1], {
        parent_id: entityIdText(2),
        ...FAULT,
        ...exception('Inner', 91),
      }),
    ]
    expect(pathsOf('fault', ...documents)).toEqual(['front: front > back | back: back'])
  })

  test('are counted up to a limit', () => {
    const subsegments = Array.from({ length: MAX_ROOT_CAUSES + 5 }, (_, index) =>
      subsegmentJson(10 + index, `call-${index}`, [0, 0.1], { ...REMOTE, ...FAULT }),
    )
    const trace = traceOf(segmentJson(1, 'front', [0, 1], { subsegments }))
    const { causes, omitted } = rootCauses(entityTree(trace), 'fault')
    expect(causes).toHaveLength(MAX_ROOT_CAUSES)
    expect(omitted).toBe(5)
  })
})
