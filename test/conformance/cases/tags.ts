import { expect } from 'vitest'
import {
  bodyOf,
  type Call,
  type Case,
  follows,
  gives,
  invalid,
  notFound,
  refuses,
} from '../case.ts'
import { ACCOUNT, type Body, REGION } from '../client.ts'

/** xray-behaviour 6.6 and 12.5. */

const ARN = `arn:aws:xray:${REGION}:${ACCOUNT}`
const UNKNOWN = `${ARN}:group/none/${'A'.repeat(52)}`

const tag = (Key: string, Value = 'v') => ({ Key, Value })
const numbered = (count: number) => Array.from({ length: count }, (_, index) => tag(`k${index}`))

async function newGroup(call: Call, Tags: readonly Body[] = []): Promise<string> {
  const group = { GroupName: 'tagged', FilterExpression: 'fault', Tags }
  const { Group } = await bodyOf(call('CreateGroup', group))
  return (Group as { GroupARN: string }).GroupARN
}

async function newRule(call: Call, Tags: readonly Body[] = []): Promise<string> {
  const any = ['ResourceARN', 'ServiceName', 'ServiceType', 'Host', 'HTTPMethod', 'URLPath']
  const patterns = Object.fromEntries(any.map((member) => [member, '*']))
  const numbers = { Priority: 1, FixedRate: 0.1, ReservoirSize: 1, Version: 1 }
  const SamplingRule = { RuleName: 'tagged', ...patterns, ...numbers }
  const { SamplingRuleRecord } = await bodyOf(call('CreateSamplingRule', { SamplingRule, Tags }))
  return (SamplingRuleRecord as { SamplingRule: { RuleARN: string } }).SamplingRule.RuleARN
}

async function tagsOf(call: Call, ResourceARN: string) {
  const { Tags } = await bodyOf(call('ListTagsForResource', { ResourceARN }))
  return Tags as readonly { readonly Key: string; readonly Value: string }[]
}

export const TAG_CASES: readonly Case[] = [
  ...(
    [
      ['TagResource', { Tags: [tag('a')] }],
      ['UntagResource', { TagKeys: ['a'] }],
      ['ListTagsForResource', {}],
    ] as const
  ).flatMap(([operation, more]) =>
    [UNKNOWN, `${ARN}:sampling-rule/none`, 'none', 'arn:aws:s3:::bucket'].map((ResourceARN) =>
      follows(
        `${operation}: ${ResourceARN} is not found, and named`,
        '12.5',
        async (call, client) => {
          const answer = await call(operation, { ResourceARN, ...more })
          notFound(ResourceARN, `Resource ${ResourceARN} not found`)(answer, client)
        },
      ),
    ),
  ),
  ...([newGroup, newRule] as const).flatMap((make) => {
    const kind = make === newGroup ? 'group' : 'rule'
    return [
      follows(
        `ListTagsForResource: a ${kind} without tags has an empty list`,
        '0.3',
        async (call, client) => {
          gives({ Tags: [] })(
            await call('ListTagsForResource', { ResourceARN: await make(call) }),
            client,
          )
        },
      ),
      follows(
        `ListTagsForResource: a ${kind} has the tags it was made with`,
        '6.3',
        async (call) => {
          expect(await tagsOf(call, await make(call, [tag('a', '1'), tag('b', '')]))).toEqual(
            expect.arrayContaining([tag('a', '1'), tag('b', '')]),
          )
        },
      ),
      follows(
        `TagResource: adds to a ${kind} and gives known keys new values`,
        '6.6',
        async (call, client) => {
          const ResourceARN = await make(call, [tag('a', '1'), tag('b', '2')])
          const Tags = [tag('b', '3'), tag('c', '4')]
          gives({})(await call('TagResource', { ResourceARN, Tags }), client)
          const tags = await tagsOf(call, ResourceARN)
          expect(tags).toHaveLength(3)
          expect(tags).toEqual(expect.arrayContaining([tag('a', '1'), ...Tags]))
        },
      ),
      follows(
        `UntagResource: takes keys from a ${kind}, unknown ones are ignored`,
        '6.6',
        async (call, client) => {
          const ResourceARN = await make(call, [tag('a', '1'), tag('b', '2')])
          gives({})(await call('UntagResource', { ResourceARN, TagKeys: ['b', 'z'] }), client)
          expect(await tagsOf(call, ResourceARN)).toEqual([tag('a', '1')])
        },
      ),
      follows(
        `TagResource: a ${kind} has room for 50 tags and no more`,
        '12.5',
        async (call, client) => {
          const ResourceARN = await make(call, numbered(49))
          await bodyOf(call('TagResource', { ResourceARN, Tags: [tag('last')] }))
          const answer = await call('TagResource', { ResourceARN, Tags: [tag('more')] })
          refuses('TooManyTagsException')(answer, client)
          if (client !== 'AWS CLI') expect(answer).toMatchObject({ resourceName: ResourceARN })
          await bodyOf(call('TagResource', { ResourceARN, Tags: [tag('last', 'new')] }))
          expect(await tagsOf(call, ResourceARN)).toHaveLength(50)
        },
      ),
      follows(`TagResource: the keys of a ${kind} are case-sensitive`, '12.5', async (call) => {
        const ResourceARN = await make(call, [tag('Team', '1')])
        await bodyOf(call('TagResource', { ResourceARN, Tags: [tag('team', '2')] }))
        expect(await tagsOf(call, ResourceARN)).toHaveLength(2)
      }),
      ...[tag('aws:x'), tag('a#'), tag('a', '<b>'), tag('a!')].map((bad) =>
        follows(
          `TagResource: a ${kind} cannot have ${bad.Key} = ${bad.Value}`,
          '12.5',
          async (call, client) => {
            const ResourceARN = await make(call)
            invalid(/tag/i)(await call('TagResource', { ResourceARN, Tags: [bad] }), client)
            expect(await tagsOf(call, ResourceARN)).toEqual([])
          },
        ),
      ),
      follows(
        `TagResource: two tags of one key are refused for a ${kind}`,
        '12.5',
        async (call, client) => {
          const ResourceARN = await make(call)
          const Tags = [tag('a', '1'), tag('a', '2')]
          invalid(/a/)(await call('TagResource', { ResourceARN, Tags }), client)
        },
      ),
      follows(
        `TagResource: a ${kind} takes letters of any script and _ . : / = + - @`,
        '12.5',
        async (call) => {
          const odd = tag('Schlüssel 1_.:/=+-@', 'ключ _.:/=+-@')
          expect(await tagsOf(call, await make(call, [odd]))).toEqual([odd])
        },
      ),
      follows(`ListTagsForResource: ignores a token for a ${kind}`, '1.4', async (call, client) => {
        const ResourceARN = await make(call, [tag('a')])
        const input = { ResourceARN, NextToken: 'x' }
        gives({ Tags: [tag('a')] })(await call('ListTagsForResource', input), client)
      }),
    ]
  }),
  follows(
    'TagResource: the old ARN of a group made again is not found',
    '1.5',
    async (call, client) => {
      const ResourceARN = await newGroup(call, [tag('a')])
      await bodyOf(call('DeleteGroup', { GroupName: 'tagged' }))
      const fresh = await newGroup(call)
      notFound(ResourceARN)(await call('ListTagsForResource', { ResourceARN }), client)
      notFound(ResourceARN)(await call('TagResource', { ResourceARN, Tags: [tag('b')] }), client)
      notFound(ResourceARN)(await call('UntagResource', { ResourceARN, TagKeys: ['b'] }), client)
      expect(await tagsOf(call, fresh)).toEqual([])
    },
  ),
  follows('ListTagsForResource: a rule made again has lost its tags', '12.5', async (call) => {
    await newRule(call, [tag('a')])
    await bodyOf(call('DeleteSamplingRule', { RuleName: 'tagged' }))
    expect(await tagsOf(call, await newRule(call))).toEqual([])
  }),
]
