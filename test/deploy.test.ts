import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parseConfig, serveHelp } from '../packages/server/src/config.ts'

const ROOT = resolve(import.meta.dirname, '..')
const DOCKERFILE = text('Dockerfile')
const PORTS = [2000, 4317, 4318, 9411]

type Json = Readonly<Record<string, unknown>>

function text(path: string): string {
  return readFileSync(resolve(ROOT, path), 'utf8')
}

/** The documents of a file, none of which may have an error or a warning. */
function documentsOf(path: string): readonly Json[] {
  return parseAllDocuments(text(path), { uniqueKeys: true }).map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([])
    return document.toJS() as Json
  })
}

/** Every variable of a deployment as the server reads it. */
function expectKnown(variables: Readonly<Record<string, string>>): void {
  const help = serveHelp()
  for (const name of Object.keys(variables)) {
    const flag = name.replace('FLUOROSCOPE_', '--').toLowerCase().replaceAll('_', '-')
    expect(help).toContain(`  ${flag} `)
  }
  expect(parseConfig([], variables)).toMatchObject({ ok: true })
}

test('compose: variables the server knows, ports of this machine only, files that are there', () => {
  const [compose] = documentsOf('deploy/compose.yaml')
  const { services, volumes } = compose as Record<string, Record<string, Json>>
  const { fluoroscope, clickhouse, keeper } = services as Record<string, Record<string, unknown>>
  expectKnown(fluoroscope?.['environment'] as Record<string, string>)
  const ports = fluoroscope?.['ports'] as readonly string[]
  expect(ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true)
  expect(new Set(ports.map((port) => Number.parseInt(port.split(':')[2] ?? '', 10)))).toEqual(
    new Set(PORTS),
  )
  for (const service of [fluoroscope, clickhouse, keeper]) {
    const mounts = service?.['volumes'] as readonly string[]
    for (const mount of mounts) {
      const [source = ''] = mount.split(':')
      if (source.startsWith('.')) expect(existsSync(resolve(ROOT, 'deploy', source))).toBe(true)
      else expect(Object.keys(volumes ?? {})).toContain(source)
    }
  }
})

test('ClickHouse: the cluster, macros and keeper that the tables of a cluster name', () => {
  const [cluster] = documentsOf('deploy/clickhouse/cluster.yaml')
  expect(cluster).toMatchObject({
    remote_servers: { fluoroscope: { shard: { internal_replication: true } } },
    macros: { shard: expect.any(String), replica: expect.any(String) },
    zookeeper: { node: { host: 'keeper', port: 9181 } },
  })
  expect(documentsOf('deploy/clickhouse/keeper.yaml')).toMatchObject([
    { keeper_server: { tcp_port: 9181 } },
  ])
})

test('Kubernetes: not root, nothing written but the volumes, probes that outlast a store that is away', () => {
  const [set, ...others] = documentsOf('deploy/kubernetes/fluoroscope.yaml')
  const kinds = [set, ...others].map((each) => each?.['kind'])
  expect(kinds).toEqual(['StatefulSet', 'Service', 'Service', 'PodDisruptionBudget'])
  expect(set).toMatchObject({
    spec: {
      template: {
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
          containers: [
            {
              image: 'fluoroscope',
              readinessProbe: { tcpSocket: { port: 'xray' } },
              livenessProbe: { tcpSocket: { port: 'xray' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: 'journal' } }],
    },
  })
  const [container] = containersOf(set)
  const { env, ports } = container as { env: readonly Variable[]; ports: readonly Port[] }
  expectKnown(Object.fromEntries(env.map(({ name, value }) => [name, value ?? 'a secret'])))
  expect(new Set(ports.map(({ containerPort }) => containerPort))).toEqual(new Set(PORTS))
  const service = others[0] as { readonly spec?: { ports: readonly { targetPort: string }[] } }
  expect(service.spec?.ports.map(({ targetPort }) => targetPort)).toEqual(
    ports.map(({ name }) => name),
  )
})

test('the image: nothing runs as root, every port is told, every package is there', () => {
  expect(DOCKERFILE.lastIndexOf('\nUSER node\n')).toBeGreaterThan(DOCKERFILE.lastIndexOf('\nFROM '))
  for (const port of PORTS) expect(DOCKERFILE).toMatch(new RegExp(`^EXPOSE .*\\b${port}\\b`, 'm'))
  const { workspaces } = JSON.parse(text('package.json')) as { workspaces: readonly string[] }
  expect(workspaces).toEqual(['packages/*'])
  const copied = [...DOCKERFILE.matchAll(/^COPY (packages\/\w+)\/package\.json/gm)]
  expect(copied.map(([, name]) => name).sort()).toEqual([
    'packages/console',
    'packages/demo',
    'packages/model',
    'packages/server',
  ])
  const [, command = '[]'] = /^CMD (.*)$/m.exec(DOCKERFILE) ?? []
  const [serve, ...flags] = JSON.parse(command) as readonly string[]
  expect(serve).toBe('serve')
  expect(parseConfig(flags, {})).toMatchObject({ ok: true, value: { host: '0.0.0.0' } })
})

type Variable = { readonly name: string; readonly value?: string }
type Port = { readonly name: string; readonly containerPort: number }

function containersOf(set: Json | undefined): readonly unknown[] {
  const { spec } = set as { spec: { template: { spec: { containers: readonly unknown[] } } } }
  return spec.template.spec.containers
}
