import { readFile } from 'node:fs/promises'
import { FORMS, type Form } from './dataset.ts'
import { DIALECTS, type DialectName } from './dialects.ts'

/** A system that runs already. */
export type Target = {
  readonly name: string
  /** Which version it is and how it is set up: printed, never read. */
  readonly version: string
  readonly send: { readonly form: Form; readonly url: string }
  readonly query: { readonly dialect: DialectName; readonly url: string }
  /** Its process: CPU and memory of it and its children are counted. */
  readonly pid: number | undefined
  /** Where it keeps its data: the bytes in it are counted. */
  readonly folder: string | undefined
}

/**
 * Reads a list of targets: `[{ "name", "version", "send": { "form", "url" }, "query": { "dialect", "url" },
 * "pid", "folder" }]`, the last two where it runs on this machine. @throws Error that names the member
 */
export async function readTargets(path: string): Promise<readonly Target[]> {
  const targets: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (!Array.isArray(targets) || targets.length === 0) throw new Error(`${path}: a list of targets`)
  return targets.map((target: unknown, index) => targetOf(target, `${path}: [${index}]`))
}

function targetOf(value: unknown, place: string): Target {
  const send = member(value, 'send')
  const query = member(value, 'query')
  const pid = member(value, 'pid')
  const folder = member(value, 'folder')
  if (pid !== undefined && !Number.isInteger(pid)) throw new Error(`${place}.pid must be a number`)
  return {
    name: textOf(value, 'name', place),
    version: textOf(value, 'version', place),
    send: {
      form: oneOf(FORMS, send, 'form', `${place}.send`),
      url: textOf(send, 'url', `${place}.send`),
    },
    query: {
      dialect: oneOf(DIALECTS, query, 'dialect', `${place}.query`),
      url: textOf(query, 'url', `${place}.query`).replace(/\/$/, ''),
    },
    pid: pid === undefined ? undefined : Number(pid),
    folder: folder === undefined ? undefined : textOf(value, 'folder', place),
  }
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | undefined)?.[name]
}

function textOf(value: unknown, name: string, place: string): string {
  const found = member(value, name)
  if (typeof found !== 'string') throw new Error(`${place}.${name} must be a text`)
  return found
}

function oneOf<Name extends string>(
  names: readonly Name[],
  value: unknown,
  name: string,
  place: string,
): Name {
  const found = names.find((each) => each === member(value, name))
  if (found === undefined) throw new Error(`${place}.${name} must be one of ${names.join(', ')}`)
  return found
}
