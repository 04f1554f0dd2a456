import type { ListedGroup } from '../answer/settings.ts'
import { PolledState } from '../control/polled-state.tsx'
import { quoted } from '../filter-box/complete-filter.ts'
import { FilterText } from '../filter-box/filter-text.tsx'
import { navigate } from '../navigation.ts'
import { countText } from '../number-text.ts'
import { usePolled } from '../polled.ts'
import { fetchGroups } from '../settings-client.ts'
import { type GroupsState, printUrl, tracesState } from '../url-state.ts'
import { GroupEditor } from './group-editor.tsx'

const REFRESH_MS = 30_000

/** All groups, what they hold, and a form to change them. */
export function GroupsPage({ state }: { state: GroupsState }) {
  const { state: polled, refresh } = usePolled(fetchGroups, REFRESH_MS)
  const groups = polled.value.value
  const close = () => navigate({ page: 'groups', open: { kind: 'none' } })
  return (
    <div class="settings-page">
      <div class="toolbar">
        <h1>Groups</h1>
        <span class="toolbar-space" />
        <a class="button primary" href={printUrl({ page: 'groups', open: { kind: 'new' } })}>
          New group
        </a>
      </div>
      <PolledState polled={polled.value} what="The list of groups" />
      {groups !== undefined && (
        <>
          <GroupEditor
            open={state.open}
            groups={groups}
            onDone={() => {
              close()
              void refresh()
            }}
            onCancel={close}
          />
          <Groups groups={groups} />
        </>
      )}
    </div>
  )
}

function Groups({ groups }: { groups: readonly ListedGroup[] }) {
  return (
    <>
      <p class="page-note">
        A group is a filter with a name: traces and the map can be looked at through it. A trace is
        judged by the filter that was in force when it came.
      </p>
      <table class="settings-list">
        <caption class="visually-hidden">Groups</caption>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col">Filter</th>
            <th scope="col">Insights</th>
            <th scope="col">Look at</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <GroupLine key={group.name} group={group} />
          ))}
        </tbody>
      </table>
      <p class="list-foot">{countText(groups.length, 'group')}</p>
    </>
  )
}

function GroupLine({ group }: { group: ListedGroup }) {
  const { name, filter } = group
  const traces = filter === undefined ? '' : `group.name = ${quoted(name)}`
  return (
    <tr>
      <td class="cell-name">
        {filter === undefined ? (
          <strong>{name}</strong>
        ) : (
          <a href={printUrl({ page: 'groups', open: { kind: 'existing', name } })}>{name}</a>
        )}
      </td>
      <td class="cell-filter">
        {filter === undefined ? (
          <span class="dim">all traces</span>
        ) : (
          <code>
            <FilterText text={filter} />
          </code>
        )}
      </td>
      <td data-label="Insights">{insightsText(group)}</td>
      <td class="cell-links">
        <a href={printUrl(tracesState(traces))} aria-label={`Traces of ${name}`}>
          Traces
        </a>
        <a href={mapAddress(group)} aria-label={`Service map of ${name}`}>
          Map
        </a>
      </td>
    </tr>
  )
}

function mapAddress({ name, filter }: ListedGroup): string {
  return filter === undefined ? '/map' : `/map?${new URLSearchParams({ group: name }).toString()}`
}

function insightsText({ insightsEnabled, notificationsEnabled }: ListedGroup): string {
  if (!insightsEnabled) return 'off'
  return notificationsEnabled ? 'on, with notifications' : 'on'
}
