import type { RunningServer } from '../support/server.ts'

/** The interpreter that has `python/requirements.txt`; `.ci/run` makes it. */
export const PYTHON = process.env['FLUOROSCOPE_TEST_PYTHON'] ?? 'python3'

/** Any will do: signatures are not checked. */
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

/** What a client program sees: nothing of the machine's own AWS configuration. */
export function environment(
  home: string,
  extra: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    ...extra,
  }
}

/** Both sockets of the server, as the X-Ray SDKs want to be told them. */
export function daemonAddress({ ready }: RunningServer): string {
  return `tcp:127.0.0.1:${ready.http} udp:127.0.0.1:${ready.udp}`
}
