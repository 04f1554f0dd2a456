import { describe, expect, test } from 'vitest'
import {
  entityIdText,
  type Json,
  segmentJson,
  subsegmentJson,
  traceOf,
} from '../../../../test/support/traces.ts'
import { entityTree } from './entity-tree.ts'
import { responseTimeRootCauses } from './response-time-root-cause.ts'

function causesOf(...documents: readonly Json[]) {
  return responseTimeRootCauses(entityTree(traceOf(...documents)))
}

function rootWithChild(end: number, more: Json = {}): Json {
  return segmentJson(1, 'front', [0, 1], {
    subsegments: [subsegmentJson(2, 'load', [0, end], more)],
  })
}

describe('the threshold of half of the root', () => {
  test.each([0.25, 0.5])('a child of %d s is no cause', (end) => {
    expect(causesOf(rootWithChild(end))).toEqual([])
  })

  test('a child of 0.75 s is one, with coverage 0.75', () => {
    expect(causesOf(rootWithChild(0.75))).toEqual([
      {
        clientImpacting: true,
        services: [
          {
            key: { name: 'front', type: undefined, account: undefined },
            inferred: false,
            entityPath: [
              { name: 'front', coverage: 1, remote: false },
              { name: 'load', coverage: 0.75, remote: false },
            ],
          },
        ],
      },
    ])
  })
})

test('the path crosses to the segment that a call reached', () => {
  const causes = causesOf(
    segmentJson(1, 'front', [0, 1], {
      subsegments: [
        subsegmentJson(2, 'load', [0.1, 0.9], {
          subsegments: [subsegmentJson(3, 'pricing', [0.1, 0.85], { namespace: 'remote' })],
        }),
      ],
    }),
    segmentJson(4, 'pricing', [0.12, 0.82], { parent_id: entityIdText(3) }),
  )
  const paths = causes[0]?.services.map(({ key, inferred, entityPath }) => ({
    name: key.name,
    inferred,
    entityPath,
  }))
  expect(causes).toHaveLength(1)
  expect(paths).toEqual([
    {
      name: 'front',
      inferred: false,
      entityPath: [
        { name: 'front', coverage: 1, remote: false },
        { name: 'load', coverage: 0.8, remote: false },
        { name: 'pricing', coverage: 0.75, remote: true },
      ],
    },
    {
      name: 'pricing',
      inferred: false,
      entityPath: [{ name: 'pricing', coverage: 0.7, remote: false }],
    },
  ])
})

test('a callee that did not report ends the path as an inferred service', () => {
  const [cause] = causesOf(
    segmentJson(1, 'front', [0, 1], {
      subsegments: [
        subsegmentJson(2, 'SQS', [0, 0.9], {
          namespace: 'aws',
          aws: { operation: 'SendMessage', queue_url: 'https://sqs.test/1/jobs' },
        }),
      ],
    }),
  )
  expect(cause?.services[0]?.entityPath[1]).toEqual({ name: 'SQS', coverage: 0.9, remote: true })
  expect(cause?.services.slice(1)).toEqual([
    {
      key: { name: 'https://sqs.test/1/jobs', type: 'AWS::SQS::Queue', account: undefined },
      inferred: true,
      entityPath: [{ name: 'SQS', coverage: 0.9, remote: false }],
    },
  ])
})

test('a callee that ran longer than the root is not followed', () => {
  const causes = causesOf(
    segmentJson(1, 'front', [0, 2], {
      subsegments: [subsegmentJson(2, 'back', [0, 1.5], { namespace: 'remote' })],
    }),
    segmentJson(3, 'back', [0, 6.5], { parent_id: entityIdText(2) }),
  )
  expect(causes).toEqual([
    {
      clientImpacting: true,
      services: [
        {
          key: { name: 'front', type: undefined, account: undefined },
          inferred: false,
          entityPath: [
            { name: 'front', coverage: 1, remote: false },
            { name: 'back', coverage: 0.75, remote: true },
          ],
        },
      ],
    },
  ])
})

test('of several children the longest completed one is taken', () => {
  const open = { ...subsegmentJson(4, 'open', [0, 1]), end_time: undefined, in_progress: true }
  const [cause] = causesOf(
    segmentJson(1, 'front', [0, 1], {
      subsegments: [
        subsegmentJson(2, 'short', [0, 0.6]),
        subsegmentJson(3, 'long', [0, 0.7]),
        subsegmentJson(5, 'as long', [0.2, 0.9]),
        open,
      ],
    }),
  )
  expect(cause?.services[0]?.entityPath.map((entity) => entity.name)).toEqual(['front', 'long'])
})

test.each([
  ['is open', { end_time: undefined, in_progress: true }],
  ['took no time', { end_time: segmentJson(1, 'front', [0, 1])['start_time'] }],
  ['ended before it began', { end_time: 1 }],
])('there is no cause while the root %s', (_, times) => {
  expect(causesOf({ ...rootWithChild(0.75), ...times })).toEqual([])
})

test('segments that call each other in a circle end the path', () => {
  const causes = causesOf(
    segmentJson(1, 'a', [0, 1], {
      parent_id: entityIdText(4),
      subsegments: [subsegmentJson(2, 'b', [0, 1], { namespace: 'remote' })],
    }),
    segmentJson(3, 'b', [0, 1], {
      parent_id: entityIdText(2),
      subsegments: [subsegmentJson(4, 'a', [0, 1], { namespace: 'remote' })],
    }),
  )
  expect(causes[0]?.services.map((service) => service.key.name)).toEqual(['a', 'b'])
})
