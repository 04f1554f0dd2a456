import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type RunningServer,
  removeDirectory,
  startServer,
  temporaryDirectory,
} from '../support/server.ts'

const run = promisify(execFile)
const GO = join(import.meta.dirname, 'go')
const ARN = 'arn:aws:xray:eu-central-1:111122223333'

let directory: string
let server: RunningServer
/** What the provider would keep of each resource, step by step: see `go/terraform/main.go`. */
let states: Record<string, readonly unknown[]>

beforeAll(async () => {
  directory = await temporaryDirectory()
  server = await startServer(directory)
  const { stdout } = await run('go', ['run', './terraform', server.endpoint], { cwd: GO })
  states = JSON.parse(stdout)
}, 240_000)

afterAll(async () => {
  await server.stop()
  await removeDirectory(directory)
})

test('aws_xray_group', () => {
  const group = (expression: string, insights: boolean, tags: object) => ({
    is_same_arn: true,
    group_name: 'terraform',
    filter_expression: expression,
    insights_configuration: { insights_enabled: insights, notifications_enabled: insights },
    tags,
  })
  expect(states['aws_xray_group']).toEqual([
    group('responsetime > 5', false, { team: 'shop', stage: 'test' }),
    group('responsetime > 10', false, { team: 'shop', stage: 'test' }),
    group('responsetime > 10', true, { team: 'stock' }),
    null,
    true,
  ])
})

test('aws_xray_sampling_rule', () => {
  const made = {
    arn: `${ARN}:sampling-rule/terraform`,
    attributes: { Hello: 'World' },
    fixed_rate: 0,
    host: '*',
    http_method: 'GET',
    priority: 5,
    reservoir_size: 0,
    resource_arn: '*',
    rule_name: 'terraform',
    service_name: 'shop',
    service_type: '*',
    url_path: '/orders/*',
    version: 1,
    tags: { team: 'shop' },
  }
  const changed = {
    ...made,
    attributes: {},
    fixed_rate: 0.3,
    http_method: '*',
    priority: 9999,
    reservoir_size: 10,
    service_name: '*',
    service_type: 'AWS::ECS::Container',
    url_path: '*',
  }
  expect(states['aws_xray_sampling_rule']).toEqual([made, changed, null, true])
})

test('aws_xray_encryption_config', () => {
  const key = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
  expect(states['aws_xray_encryption_config']).toEqual([
    { key_id: key, type: 'KMS', seen: ['UPDATING', 'ACTIVE'] },
    { key_id: null, type: 'NONE', seen: ['UPDATING', 'ACTIVE'] },
  ])
})

test('aws_xray_resource_policy', () => {
  const policy = (revision: string) => ({
    is_same_document: true,
    policy_name: 'terraform',
    policy_revision_id: revision,
    is_updated_now: true,
  })
  expect(states['aws_xray_resource_policy']).toEqual([policy('1'), policy('2'), null])
})

test('aws_xray_indexing_rule', () => {
  const rule = (desired: number) => ({
    name: 'Default',
    actual_sampling_percentage: 100,
    desired_sampling_percentage: desired,
  })
  expect(states['aws_xray_indexing_rule']).toEqual([rule(5), rule(5), rule(0.5), rule(0.5)])
})

test('aws_xray_trace_segment_destination', () => {
  expect(states['aws_xray_trace_segment_destination']).toEqual([
    { destination: 'XRay', is_set: true, seen: ['ACTIVE'] },
    { destination: 'CloudWatchLogs', is_set: false, seen: ['PENDING', 'ACTIVE'] },
  ])
})
