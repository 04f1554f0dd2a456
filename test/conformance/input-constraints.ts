/** What {@link inputConstraints} needs to know of a valibot schema or action. */
type Part = {
  readonly type: string
  readonly requirement?: unknown
  readonly pipe?: readonly Part[]
  readonly entries?: Readonly<Record<string, Part>>
  readonly wrapped?: Part
  readonly item?: Part
  readonly key?: Part
  readonly value?: Part
  readonly options?: readonly string[]
}

/** Every constraint of a description of an input, in the form of `constraintNames`. */
export function inputConstraints(schema: unknown): readonly string[] {
  return [...new Set(constraintsOf(schema as Part, ''))]
}

function constraintsOf(part: Part, path: string): readonly string[] {
  if (part.pipe !== undefined) {
    return part.pipe.flatMap((each) => constraintsOf(each, path))
  }
  const bound = boundOf(part)
  return [...(bound === undefined ? [] : [`${path} ${bound}`]), ...insideOf(part, path)]
}

function boundOf({ type, requirement, options }: Part): string | undefined {
  switch (type) {
    case 'min_length':
      return requirement === 0 ? undefined : `length >= ${String(requirement)}`
    case 'max_length':
    case 'max_entries':
      return `length <= ${String(requirement)}`
    case 'min_value':
      return `value >= ${String(requirement)}`
    case 'max_value':
      return `value <= ${String(requirement)}`
    case 'regex':
      return 'pattern'
    case 'picklist':
      return `one of ${options?.join(', ')}`
    default:
      return undefined
  }
}

function insideOf({ type, entries, wrapped, item, key, value }: Part, path: string) {
  const members = Object.entries(entries ?? {}).flatMap(([name, member]) => {
    const inside = path === '' ? name : `${path}.${name}`
    const required = member.type === 'nullish' ? [] : [`${inside} required`]
    return [...required, ...constraintsOf(member, inside)]
  })
  return [
    ...members,
    ...(wrapped === undefined ? [] : constraintsOf(wrapped, path)),
    ...(item === undefined ? [] : constraintsOf(item, `${path}[]`)),
    ...(type !== 'record' || key === undefined ? [] : constraintsOf(key, `${path}{key}`)),
    ...(type !== 'record' || value === undefined ? [] : constraintsOf(value, `${path}{value}`)),
  ]
}
