import type { Result } from '@fluoroscope/model'
import { useSignal } from '@preact/signals'
import type { ListedGroup } from '../answer/settings.ts'
import { type ClientProblem, problemText } from '../client.ts'
import { DeleteButton } from '../control/delete-button.tsx'
import { FilterBox } from '../filter-box/filter-box.tsx'
import { groupProblem } from '../group/group-form.ts'
import { deleteGroup, saveGroup } from '../settings-client.ts'
import { type OpenSetting, printUrl, tracesState } from '../url-state.ts'
import { useVocabulary } from '../use-vocabulary.ts'

type Props = {
  readonly open: OpenSetting
  readonly groups: readonly ListedGroup[]
  readonly onDone: () => void
  readonly onCancel: () => void
}

const NEW_GROUP: ListedGroup = {
  name: '',
  filter: '',
  insightsEnabled: false,
  notificationsEnabled: false,
}

/** The form of the group that the address names, if any. */
export function GroupEditor({ open, groups, onDone, onCancel }: Props) {
  if (open.kind === 'none') return null
  const own = groups.filter(({ filter }) => filter !== undefined)
  const group = open.kind === 'new' ? NEW_GROUP : own.find(({ name }) => name === open.name)
  if (group === undefined) {
    return (
      <p class="banner problem" role="alert">
        There is no group of that name that can be changed.
        <button type="button" class="button small" onClick={onCancel}>
          Close
        </button>
      </p>
    )
  }
  return (
    <GroupForm key={group.name} group={group} groups={groups} onDone={onDone} onCancel={onCancel} />
  )
}

type FormProps = Omit<Props, 'open'> & { readonly group: ListedGroup }

function GroupForm({ group, groups, onDone, onCancel }: FormProps) {
  // Only what was changed is kept, so that the rest follows the list when it is asked for again.
  const changed = useSignal<Partial<ListedGroup>>({})
  const draft: ListedGroup = { ...group, ...changed.value }
  const insisted = useSignal(false)
  const refusal = useSignal<ClientProblem | undefined>(undefined)
  useVocabulary()
  const isNew = group.name === ''
  const problem = groupProblem(draft, isNew ? groups.map(({ name }) => name) : [])
  const shown = insisted.value ? problem : undefined
  const change = (part: Partial<ListedGroup>) => {
    changed.value = { ...changed.value, ...part }
  }
  const finish = (answer: Result<void, ClientProblem>) => {
    if (answer.ok) onDone()
    else refusal.value = answer.problem
  }
  const save = async () => {
    insisted.value = true
    if (problem === undefined) finish(await saveGroup(draft, isNew))
  }
  return (
    <form
      class="editor"
      aria-label={isNew ? 'New group' : `Group ${group.name}`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <h2>{isNew ? 'New group' : group.name}</h2>
      <div class="editor-field">
        <label htmlFor="group-name">Name</label>
        <input
          id="group-name"
          type="text"
          autocomplete="off"
          value={draft.name}
          readOnly={!isNew}
          aria-invalid={shown?.field === 'name'}
          aria-describedby="group-name-note"
          onInput={(event) => change({ name: event.currentTarget.value })}
        />
        <span id="group-name-note" class="form-problem">
          {shown?.field === 'name' ? shown.text : ''}
        </span>
      </div>
      <div class="editor-field">
        <span class="editor-label">Filter</span>
        <FilterBox
          text={draft.filter ?? ''}
          label="Filter of the group"
          placeholder='service("checkout") AND responsetime > 1'
          onInput={(filter) => change({ filter })}
        />
        <span class="form-problem" role="alert">
          {shown?.field === 'filter' ? shown.text : ''}
        </span>
      </div>
      <Switches draft={draft} onChange={change} />
      <p class="form-problem" role="alert">
        {refusal.value === undefined ? '' : problemText(refusal.value)}
      </p>
      <div class="actions">
        <button type="submit" class="button primary">
          {isNew ? 'Create group' : 'Save'}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        {problem?.field !== 'filter' && (
          <a class="button quiet" href={printUrl(tracesState(draft.filter ?? ''))}>
            See what it finds
          </a>
        )}
        {!isNew && (
          <DeleteButton
            what={`group ${group.name}`}
            onDelete={() => void deleteGroup(group.name).then(finish)}
          />
        )}
      </div>
    </form>
  )
}

type SwitchesProps = {
  readonly draft: ListedGroup
  readonly onChange: (part: Partial<ListedGroup>) => void
}

/** Notifications need insights. */
function Switches({ draft, onChange }: SwitchesProps) {
  return (
    <div class="editor-switches">
      <label>
        <input
          type="checkbox"
          checked={draft.insightsEnabled}
          onChange={({ currentTarget }) =>
            onChange({
              insightsEnabled: currentTarget.checked,
              notificationsEnabled: currentTarget.checked && draft.notificationsEnabled,
            })
          }
        />{' '}
        Insights
      </label>
      <label>
        <input
          type="checkbox"
          checked={draft.notificationsEnabled}
          disabled={!draft.insightsEnabled}
          onChange={({ currentTarget }) =>
            onChange({ notificationsEnabled: currentTarget.checked })
          }
        />{' '}
        Notifications
      </label>
    </div>
  )
}
