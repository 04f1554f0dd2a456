import {
  findSamplingRuleFlaws,
  inSamplingOrder,
  ok,
  type SamplingRuleFlaw,
} from '@fluoroscope/model'
import type { ListedRule, SamplingColumn } from '../answer/settings.ts'
import { PolledState } from '../control/polled-state.tsx'
import { navigate } from '../navigation.ts'
import { countText, shareText } from '../number-text.ts'
import { usePolled } from '../polled.ts'
import { flawText } from '../sampling/rule-form.ts'
import { RuleTrendChart } from '../sampling/rule-trend-chart.tsx'
import { fetchSamplingRules, fetchSamplingTrend } from '../settings-client.ts'
import { printUrl, type SamplingState } from '../url-state.ts'
import { RuleEditor } from './rule-editor.tsx'

/** Clients report every ten seconds. */
const REFRESH_MS = 10_000

type Known = {
  readonly rules: readonly ListedRule[]
  readonly trend: readonly SamplingColumn[]
}

/** All sampling rules in the order they are asked, what they did, and a form to change them. */
export function SamplingPage({ state }: { state: SamplingState }) {
  const { state: polled, refresh } = usePolled(fetchKnown, REFRESH_MS)
  const known = polled.value.value
  const close = () => navigate({ page: 'sampling', open: { kind: 'none' } })
  return (
    <div class="settings-page">
      <div class="toolbar">
        <h1>Sampling rules</h1>
        <span class="toolbar-space" />
        <a class="button primary" href={printUrl({ page: 'sampling', open: { kind: 'new' } })}>
          New rule
        </a>
      </div>
      <PolledState polled={polled.value} what="The list of rules" />
      {known !== undefined && (
        <>
          <RuleEditor
            open={state.open}
            rules={known.rules}
            onDone={() => {
              close()
              void refresh()
            }}
            onCancel={close}
          />
          <Rules known={known} />
        </>
      )}
    </div>
  )
}

async function fetchKnown() {
  const [rules, trend] = await Promise.all([fetchSamplingRules(), fetchSamplingTrend()])
  if (!rules.ok) return rules
  return trend.ok ? ok<Known>({ rules: rules.value, trend: trend.value }) : trend
}

function Rules({ known }: { known: Known }) {
  const flaws = findSamplingRuleFlaws(known.rules)
  return (
    <>
      <p class="page-note">
        The first rule that matches a request decides. Its reservoir is taken first, the fixed rate
        of the rest after it. Trends are what clients reported of the last five minutes.
      </p>
      <table class="settings-list">
        <caption class="visually-hidden">Sampling rules in the order they are asked</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              Priority
            </th>
            <th scope="col">Rule</th>
            <th scope="col">Requests that match</th>
            <th scope="col" class="number">
              Reservoir
            </th>
            <th scope="col" class="number">
              Rate
            </th>
            <th scope="col">Trend</th>
          </tr>
        </thead>
        <tbody>
          {inSamplingOrder(known.rules).map((rule) => (
            <RuleLine key={rule.name} rule={rule} trend={known.trend} flaw={flaws.get(rule.name)} />
          ))}
        </tbody>
      </table>
      <p class="list-foot">{countText(known.rules.length - 1, 'rule')} and Default</p>
    </>
  )
}

type LineProps = {
  readonly rule: ListedRule
  readonly trend: readonly SamplingColumn[]
  readonly flaw: SamplingRuleFlaw | undefined
}

function RuleLine({ rule, trend, flaw }: LineProps) {
  return (
    <tr>
      <td class="number" data-label="Priority">
        {rule.priority}
      </td>
      <td class="cell-name">
        <a href={printUrl({ page: 'sampling', open: { kind: 'existing', name: rule.name } })}>
          {rule.name}
        </a>
        {flaw !== undefined && (
          <p class={flaw.kind === 'skipped-by-sdks' ? 'flaw mild' : 'flaw'}>
            <span aria-hidden="true">⚠ </span>
            This rule {flawText(flaw)}.
          </p>
        )}
      </td>
      <td class="cell-match">
        <Conditions rule={rule} />
      </td>
      <td class="number" data-label="Reservoir">
        {rule.reservoirSize} <span class="dim">/s</span>
      </td>
      <td class="number" data-label="Rate">
        {shareText(rule.fixedRate)}
        {rule.boost !== undefined && (
          <span class="dim" title={`Cool-down ${rule.boost.cooldownMinutes} min`}>
            {' '}
            ↑ {shareText(rule.boost.maxRate)}
          </span>
        )}
      </td>
      <td class="cell-trend">
        <RuleTrendChart rule={rule.name} all={trend} />
      </td>
    </tr>
  )
}

const CONDITIONS = [
  ['serviceName', 'service'],
  ['serviceType', 'type'],
  ['httpMethod', 'method'],
  ['host', 'host'],
  ['urlPath', 'path'],
  ['resourceArn', 'resource'],
] as const

/** Only what narrows: a star matches anything. */
function Conditions({ rule }: { rule: ListedRule }) {
  const narrowing = [
    ...CONDITIONS.map(([member, word]) => [word, rule[member]] as const),
    ...rule.attributes,
  ].filter(([, pattern]) => pattern !== '*')
  if (narrowing.length === 0) return <span class="dim">any</span>
  return narrowing.map(([word, pattern]) => (
    <span key={word} class="condition">
      {word} <code>{pattern === '' ? 'empty' : pattern}</code>
    </span>
  ))
}
