import * as model from '@fluoroscope/model'
import { describe, expect, test } from 'vitest'
import { constraintNames } from './conformance/constraint-cases.ts'
import { CONSTRAINTS } from './conformance/constraints.ts'
import { inputConstraints } from './conformance/input-constraints.ts'

/** The conformance suite covers what the model of the inputs asks for, and the model asks for what xray-behaviour does. */

const schemas = Object.entries(model)
  .filter(([name]) => name.endsWith('Input'))
  .map(([name, schema]) => [name.replace(/Input$/, ''), schema] as const)

describe.each(schemas)('%s', (operation, schema) => {
  const written = CONSTRAINTS.filter((constrained) => constrained.operation === operation)

  test('has the constraints that the reference has, and each is tested', () => {
    const names = new Set(written.flatMap((constrained) => constraintNames(constrained)))
    expect([...inputConstraints(schema)].sort()).toEqual([...names].sort())
  })
})
