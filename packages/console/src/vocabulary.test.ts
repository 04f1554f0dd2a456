import { expect, test } from 'vitest'
import { readTraceListPage } from './answer/trace-list.ts'
import { EMPTY_VOCABULARY, withTraces } from './vocabulary.ts'

const service = (Name: string, Type: string | null) => ({ Name, Names: [Name], Type })

const { traces } = readTraceListPage({
  TraceSummaries: [
    {
      Id: '1-68f00000-111122223333444455556666',
      StartTime: 1_760_559_104,
      Http: { HttpURL: 'https://shop.test/', HttpMethod: 'GET', HttpStatus: 200 },
      Annotations: { tier: [{ AnnotationValue: { StringValue: 'gold' } }] },
      Users: [{ UserName: 'u-81', ServiceIds: [] }],
      ServiceIds: [service('shop', 'client'), service('shop', 'AWS::ECS::Container')],
    },
  ],
})

test('the words of traces are learnt, the client that stands for anybody is no service', () => {
  const learnt = withTraces(EMPTY_VOCABULARY, traces)
  expect(learnt).toMatchObject({
    services: new Set(['shop']),
    serviceTypes: new Set(['client', 'AWS::ECS::Container']),
    annotations: new Map([['tier', new Set(['gold'])]]),
    methods: new Set(['GET']),
    statuses: new Set([200]),
    users: new Set(['u-81']),
  })
})

test('what is known already changes nothing', () => {
  const learnt = withTraces(EMPTY_VOCABULARY, traces)
  expect(withTraces(learnt, traces)).toBe(learnt)
})

test('five hundred words of a kind are kept', () => {
  const [first] = traces
  const many = Array.from({ length: 600 }, (_, index) => ({
    ...first!,
    users: [`user ${index}`],
  }))
  expect(withTraces(EMPTY_VOCABULARY, many).users.size).toBe(500)
})
