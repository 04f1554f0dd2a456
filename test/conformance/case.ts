import { expect } from 'vitest'
import type { Answer, Body, ClientName } from './client.ts'

/** What one client asks of a running server, and what xray-behaviour says that it gets. */
export type Case = {
  /** A sentence that begins with the operation. */
  readonly name: string
  /** Where xray-behaviour says so. */
  readonly chapter: string
  /** Why these clients do not send it at all; that they do not is tested. */
  readonly unsendable?: Unsendable
  run(call: Call, client: ClientName): Promise<void>
}

export type Unsendable = Readonly<Partial<Record<ClientName, string>>>

export type Call = (operation: string, input: Body) => Promise<Answer>

export type Expectation = (answer: Answer, client: ClientName) => void

/** A case of one call. */
export function asks(
  name: string,
  chapter: string,
  [operation, input]: readonly [operation: string, input: Body],
  expectation: Expectation,
  unsendable: Unsendable = {},
): Case {
  const run = async (call: Call, client: ClientName) =>
    expectation(await call(operation, input), client)
  return { name: `${operation}: ${name}`, chapter, unsendable, run }
}

/** A case of several calls, one after the other. */
export function follows(
  name: string,
  chapter: string,
  run: (call: Call, client: ClientName) => Promise<void>,
): Case {
  return { name, chapter, run }
}

export const succeeds: Expectation = (answer) => {
  expect(answer).toMatchObject({ kind: 'output' })
}

/** Exactly this body, members without value apart. */
export function gives(body: Body): Expectation {
  return (answer) => expect(answer).toEqual({ kind: 'output', body })
}

/** A body that has at least this. */
export function includes(body: Body): Expectation {
  return (answer) => expect(answer).toMatchObject({ kind: 'output', body })
}

/** The body of a call that has to succeed. */
export async function bodyOf(answer: Promise<Answer>): Promise<Body> {
  const got = await answer
  if (got.kind !== 'output') throw new Error(`no output: ${JSON.stringify(got)}`)
  return got.body
}

/** Types of errors and their status (1.3). */
const STATUS = {
  InvalidRequestException: 400,
  ValidationException: 400,
  SerializationException: 400,
  RuleLimitExceededException: 400,
  TooManyTagsException: 400,
  InvalidPolicyRevisionIdException: 400,
  LockoutPreventionException: 400,
  MalformedPolicyDocumentException: 400,
  PolicyCountLimitExceededException: 400,
  PolicySizeLimitExceededException: 400,
  ResourceNotFoundException: 404,
} as const

export type ErrorType = keyof typeof STATUS

/** An error of this type; its text where xray-behaviour has it, else what it must name. */
export function refuses(type: ErrorType, text?: string | RegExp): Expectation {
  const message = text instanceof RegExp ? expect.stringMatching(text) : text
  const told = message === undefined ? {} : { message }
  return (answer) =>
    expect(answer).toMatchObject({ kind: 'error', status: STATUS[type], type, ...told })
}

/** A plain refusal by meaning. */
export function invalid(text?: string | RegExp): Expectation {
  return refuses('InvalidRequestException', text)
}

/** No constraint of the model is broken, whatever the value means. */
export const takenOrInvalid: Expectation = (answer, client) => {
  if (answer.kind !== 'output') invalid()(answer, client)
}

/** 404 that says which resource; the AWS CLI does not show it. */
export function notFound(resourceName: string, text?: string | RegExp): Expectation {
  return (answer, client) => {
    refuses('ResourceNotFoundException', text)(answer, client)
    if (client !== 'AWS CLI') expect(answer).toMatchObject({ resourceName })
  }
}

/** The whole text of 1.3 where the constraint is spelt there, else the place; one value may break several. */
export function violates(place: string, constraint?: string): Expectation {
  const escaped = place.replaceAll('.', '\\.')
  const rest = constraint === undefined ? 'Member must ' : escapeText(constraint)
  return refuses(
    'ValidationException',
    new RegExp(
      `^\\d validation errors? detected: Value .* at '${escaped}' failed to satisfy constraint: .*${rest}`,
      's',
    ),
  )
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
