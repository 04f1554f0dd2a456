import fastifyModule from 'aws-xray-sdk-fastify'
import * as postgresModule from 'aws-xray-sdk-postgres'
import type { FastifyPluginAsync } from 'fastify'
import pg from 'pg'

// Both SDK modules export a function; their type declarations describe other exports.

const capturePostgres = (postgresModule as unknown as { default: Capture }).default

/** The PostgreSQL client whose queries become subsegments. */
export const capturedPostgres = capturePostgres(pg)

export const xrayFastifyPlugin = fastifyModule as unknown as FastifyPluginAsync<{
  readonly segmentName: string
}>

type Capture = (module: typeof pg) => typeof pg
