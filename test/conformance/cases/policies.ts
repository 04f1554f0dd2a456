import { expect } from 'vitest'
import { asks, bodyOf, type Case, follows, gives, invalid, refuses } from '../case.ts'
import type { Body } from '../client.ts'

/** xray-behaviour 12.4. */

const STATEMENT = {
  Effect: 'Allow',
  Principal: { Service: 'sns.amazonaws.com' },
  Action: ['xray:PutTraceSegments', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
  Resource: '*',
}

const document = (statement: unknown = STATEMENT) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
const policy = (PolicyName: string, more: Body = {}) => ({
  PolicyName,
  PolicyDocument: document(),
  ...more,
})
const LOCKS_OUT = document({
  Effect: 'Deny',
  Principal: '*',
  Action: 'xray:PutResourcePolicy',
  Resource: '*',
})
const MODIFIED = (name: string) =>
  `Another concurrent request has modified the resource policy ${name}`
const MALFORMED: readonly [string, string][] = [
  ['no JSON', '{'],
  ['no object', '[]'],
  ['no statement', '{"Version":"2012-10-17"}'],
  ['no effect', document({ ...STATEMENT, Effect: undefined })],
  ['an unknown effect', document({ ...STATEMENT, Effect: 'Maybe' })],
  ['no action', document({ ...STATEMENT, Action: undefined })],
  ['no principal', document({ ...STATEMENT, Principal: undefined })],
]

export const POLICY_CASES: readonly Case[] = [
  asks(
    'answers an empty list',
    '0.3',
    ['ListResourcePolicies', {}],
    gives({ ResourcePolicies: [] }),
  ),
  asks('rejects every token', '1.4', ['ListResourcePolicies', { NextToken: 'x' }], invalid()),
  asks(
    'answers the policy with revision 1',
    '12.4',
    ['PutResourcePolicy', policy('first')],
    gives({
      ResourcePolicy: {
        ...policy('first'),
        PolicyRevisionId: '1',
        LastUpdatedTime: expect.any(Number),
      },
    }),
  ),
  asks(
    'revision 0 makes a policy',
    '12.4',
    ['PutResourcePolicy', policy('new', { PolicyRevisionId: '0' })],
    (answer) =>
      expect(answer).toMatchObject({ body: { ResourcePolicy: { PolicyRevisionId: '1' } } }),
  ),
  asks(
    'a revision of what is not there is refused',
    '12.4',
    ['PutResourcePolicy', policy('none', { PolicyRevisionId: '3' })],
    refuses('InvalidPolicyRevisionIdException', MODIFIED('none')),
  ),
  ...MALFORMED.map(([what, PolicyDocument]) =>
    asks(
      `a document with ${what} is malformed`,
      '12.4',
      ['PutResourcePolicy', { PolicyName: 'bad', PolicyDocument }],
      refuses('MalformedPolicyDocumentException'),
    ),
  ),
  asks(
    'a policy that keeps its owner out is refused',
    '12.4',
    ['PutResourcePolicy', { PolicyName: 'out', PolicyDocument: LOCKS_OUT }],
    refuses('LockoutPreventionException'),
  ),
  asks(
    'a policy that keeps its owner out can be forced',
    '12.4',
    [
      'PutResourcePolicy',
      { PolicyName: 'out', PolicyDocument: LOCKS_OUT, BypassPolicyLockoutCheck: true },
    ],
    (answer) => expect(answer).toMatchObject({ kind: 'output' }),
  ),
  asks(
    'a document of 5 KB is taken',
    '12.4',
    ['PutResourcePolicy', { PolicyName: 'big', PolicyDocument: document().padEnd(5 * 1024) }],
    (answer) => expect(answer).toMatchObject({ kind: 'output' }),
  ),
  asks(
    'a document over 5 KB is refused',
    '12.4',
    ['PutResourcePolicy', { PolicyName: 'big', PolicyDocument: document().padEnd(5 * 1024 + 1) }],
    refuses('PolicySizeLimitExceededException'),
  ),
  asks(
    'an unknown policy is named',
    '6.6',
    ['DeleteResourcePolicy', { PolicyName: 'N' }],
    invalid('The resource policy N does not exist.'),
  ),
  follows('PutResourcePolicy: each put adds one to the revision', '12.4', async (call) => {
    for (const PolicyRevisionId of ['1', '2', '3']) {
      const { ResourcePolicy } = await bodyOf(call('PutResourcePolicy', policy('counted')))
      expect(ResourcePolicy).toMatchObject({ PolicyRevisionId })
    }
  }),
  follows(
    'PutResourcePolicy: goes on from the present revision only',
    '12.4',
    async (call, client) => {
      await bodyOf(call('PutResourcePolicy', policy('guarded')))
      const next = await bodyOf(
        call('PutResourcePolicy', policy('guarded', { PolicyRevisionId: '1' })),
      )
      expect(next['ResourcePolicy']).toMatchObject({ PolicyRevisionId: '2' })
      for (const PolicyRevisionId of ['0', '1', '3', 'x']) {
        const answer = await call('PutResourcePolicy', policy('guarded', { PolicyRevisionId }))
        refuses('InvalidPolicyRevisionIdException', MODIFIED('guarded'))(answer, client)
      }
    },
  ),
  follows(
    'PutResourcePolicy: of six policies the last is refused',
    '12.4',
    async (call, client) => {
      for (const name of ['p1', 'p2', 'p3', 'p4', 'p5'])
        await bodyOf(call('PutResourcePolicy', policy(name)))
      refuses('PolicyCountLimitExceededException')(
        await call('PutResourcePolicy', policy('p6')),
        client,
      )
      const again = await bodyOf(call('PutResourcePolicy', policy('p5')))
      expect(again['ResourcePolicy']).toMatchObject({ PolicyRevisionId: '2' })
    },
  ),
  follows('ListResourcePolicies: has what was put, as it was put', '6.6', async (call) => {
    const { ResourcePolicy } = await bodyOf(call('PutResourcePolicy', policy('listed')))
    const { ResourcePolicies } = await bodyOf(call('ListResourcePolicies', {}))
    expect(ResourcePolicies).toEqual([ResourcePolicy])
  }),
  follows(
    'DeleteResourcePolicy: a stale revision deletes nothing',
    '12.4',
    async (call, client) => {
      await bodyOf(call('PutResourcePolicy', policy('kept')))
      await bodyOf(call('PutResourcePolicy', policy('kept')))
      const stale = { PolicyName: 'kept', PolicyRevisionId: '1' }
      refuses(
        'InvalidPolicyRevisionIdException',
        /has modified or deleted the resource policy kept$/,
      )(await call('DeleteResourcePolicy', stale), client)
      const { ResourcePolicies } = await bodyOf(call('ListResourcePolicies', {}))
      expect(ResourcePolicies).toHaveLength(1)
      gives({})(await call('DeleteResourcePolicy', { ...stale, PolicyRevisionId: '2' }), client)
    },
  ),
  follows(
    'DeleteResourcePolicy: without a revision deletes whatever there is',
    '12.4',
    async (call, client) => {
      await bodyOf(call('PutResourcePolicy', policy('any')))
      gives({})(await call('DeleteResourcePolicy', { PolicyName: 'any' }), client)
      gives({ ResourcePolicies: [] })(await call('ListResourcePolicies', {}), client)
      invalid('The resource policy any does not exist.')(
        await call('DeleteResourcePolicy', { PolicyName: 'any' }),
        client,
      )
    },
  ),
]
