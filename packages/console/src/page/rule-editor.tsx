import type { Result } from '@fluoroscope/model'
import { useSignal } from '@preact/signals'
import type { ListedRule } from '../answer/settings.ts'
import { type ClientProblem, problemText } from '../client.ts'
import { DeleteButton } from '../control/delete-button.tsx'
import {
  defaultRuleChange,
  fieldProblems,
  fieldsOfRule,
  flawOfFields,
  flawText,
  membersOfFields,
  NEW_RULE,
  RULE_FIELDS,
  type RuleField,
  type RuleFields,
} from '../sampling/rule-form.ts'
import { createSamplingRule, deleteSamplingRule, updateSamplingRule } from '../settings-client.ts'
import type { OpenSetting } from '../url-state.ts'

type Props = {
  readonly open: OpenSetting
  readonly rules: readonly ListedRule[]
  readonly onDone: () => void
  readonly onCancel: () => void
}

/** The form of the rule that the address names, if any. */
export function RuleEditor({ open, rules, onDone, onCancel }: Props) {
  if (open.kind === 'none') return null
  const rule = open.kind === 'new' ? undefined : rules.find(({ name }) => name === open.name)
  if (open.kind === 'existing' && rule === undefined) {
    return (
      <p class="banner problem" role="alert">
        There is no rule "{open.name}".
        <button type="button" class="button small" onClick={onCancel}>
          Close
        </button>
      </p>
    )
  }
  return (
    <RuleForm
      key={rule?.name ?? ''}
      rule={rule}
      rules={rules}
      onDone={onDone}
      onCancel={onCancel}
    />
  )
}

type FormProps = Omit<Props, 'open'> & { readonly rule: ListedRule | undefined }

function RuleForm({ rule, rules, onDone, onCancel }: FormProps) {
  // Only what was typed is kept, so that the rest follows the list when it is asked for again.
  const typed = useSignal<Partial<RuleFields>>({})
  const known = rule === undefined ? NEW_RULE : fieldsOfRule(rule)
  const fields: RuleFields = { ...known, ...typed.value }
  const insisted = useSignal(false)
  const refusal = useSignal<ClientProblem | undefined>(undefined)
  const isDefault = rule?.name === 'Default'
  const taken = rule === undefined ? rules.map(({ name }) => name) : []
  const problems = isDefault ? rateProblems(fields) : fieldProblems(fields, taken)
  const flaw = problems.size === 0 && !isDefault ? flawOfFields(fields, rules) : undefined
  const finish = (answer: Result<void, ClientProblem>) => {
    if (answer.ok) onDone()
    else refusal.value = answer.problem
  }
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    insisted.value = true
    if (problems.size > 0) return
    if (rule === undefined) return finish(await createSamplingRule(membersOfFields(fields)))
    const { Version: _fixed, ...members } = membersOfFields(fields)
    finish(await updateSamplingRule(isDefault ? defaultRuleChange(fields) : members))
  }
  const shown = (field: RuleField) =>
    insisted.value || fields[field] !== (rule === undefined ? NEW_RULE[field] : '')
      ? problems.get(field)
      : undefined
  return (
    <form
      class="editor"
      aria-label={rule === undefined ? 'New rule' : `Rule ${rule.name}`}
      noValidate
      onSubmit={(event) => void save(event)}
    >
      <h2>{rule === undefined ? 'New rule' : rule.name}</h2>
      {isDefault && <p class="page-note">Of Default only the reservoir and the rate can change.</p>}
      <div class="editor-fields">
        {RULE_FIELDS.map(({ field, label, hint }) => (
          <Field
            key={field}
            name={field}
            label={label}
            hint={hint}
            value={fields[field]}
            problem={shown(field)}
            isFixed={isFixed(field, rule)}
            onInput={(text) => {
              typed.value = { ...typed.value, [field]: text }
            }}
          />
        ))}
      </div>
      {flaw !== undefined && (
        <p class="flaw" role="status">
          <span aria-hidden="true">⚠ </span>This rule {flawText(flaw)}.
        </p>
      )}
      <p class="form-problem" role="alert">
        {refusal.value === undefined ? '' : problemText(refusal.value)}
      </p>
      <div class="actions">
        <button type="submit" class="button primary">
          {rule === undefined ? 'Create rule' : 'Save'}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        {rule !== undefined && !isDefault && (
          <DeleteButton
            what={`rule ${rule.name}`}
            onDelete={() => void deleteSamplingRule(rule.name).then(finish)}
          />
        )}
      </div>
    </form>
  )
}

/** A rule keeps its name; Default keeps all but how much is sampled. */
function isFixed(field: RuleField, rule: ListedRule | undefined): boolean {
  if (rule === undefined) return false
  if (rule.name === 'Default') return field !== 'rate' && field !== 'reservoir'
  return field === 'name'
}

function rateProblems(fields: RuleFields): ReadonlyMap<RuleField, string> {
  const problems = fieldProblems(fields, [])
  return new Map([...problems].filter(([field]) => field === 'rate' || field === 'reservoir'))
}

type FieldProps = {
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly problem: string | undefined
  readonly isFixed: boolean
  readonly onInput: (text: string) => void
}

function Field({ name, label, hint, value, problem, isFixed: fixed, onInput }: FieldProps) {
  const id = `rule-${name}`
  const attributes = {
    id,
    value,
    readOnly: fixed,
    spellcheck: false,
    'aria-invalid': problem !== undefined,
    'aria-describedby': `${id}-note`,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  }
  return (
    <div class={`editor-field field-${name}`}>
      <label htmlFor={id}>{label}</label>
      {name === 'attributes' ? (
        <textarea rows={2} {...attributes} />
      ) : (
        <input type="text" autocomplete="off" {...attributes} />
      )}
      <span id={`${id}-note`} class={problem === undefined ? 'dim' : 'form-problem'}>
        {problem ?? hint}
      </span>
    </div>
  )
}
