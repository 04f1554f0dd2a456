import { type MapNode, totalOf } from '../answer/service-graph.ts'
import type { MapState } from '../map-state.ts'
import { countText } from '../number-text.ts'
import { printUrl } from '../url-state.ts'
import type { Bundles } from './collapse-graph.ts'
import { COLLAPSE_WORDS } from './collapse-rule.ts'
import { fullName } from './node-kind.ts'
import { rateText } from './rate-text.ts'

type Props = {
  readonly node: MapNode
  readonly state: MapState
  readonly bundles: Bundles
  readonly minutes: number
}

/** What a node stands for that is several, or the way back to what it was part of. */
export function BundleFacts({ node, state, bundles, minutes }: Props) {
  if (node.bundle === undefined)
    return <CollapseAgain node={node} state={state} bundles={bundles} />
  const { members, innerRequests, rule } = node.bundle
  const expanded = { ...state, expanded: [...state.expanded, node.id] }
  const sorted = [...members].sort((a, b) => totalOf(b.statistics) - totalOf(a.statistics))
  return (
    <section class="bundle-facts">
      <p>
        The sum of {countText(members.length, 'service')}
        {innerRequests > 0 &&
          `; ${countText(innerRequests, 'call')} among them ${innerRequests === 1 ? 'is' : 'are'} in it`}
        .
      </p>
      <ul>
        {sorted.map((member) => (
          <li key={member.id}>
            <a href={printUrl({ ...expanded, selected: member.id, depth: 0 })}>
              {fullName(member)}
            </a>{' '}
            <span class="dim">{rateText(totalOf(member.statistics) / minutes)}</span>
          </li>
        ))}
      </ul>
      <a class="button small" href={printUrl({ ...expanded, selected: sorted[0]?.id, depth: 0 })}>
        Expand {COLLAPSE_WORDS[rule]}
      </a>
    </section>
  )
}

function CollapseAgain({ node, state, bundles }: Omit<Props, 'minutes'>) {
  const bundle = bundles.get(node.id)
  if (bundle === undefined || state.collapse === undefined) return null
  const count = [...bundles.values()].filter((id) => id === bundle).length
  const expanded = state.expanded.filter((id) => id !== bundle)
  return (
    <p>
      <a class="button small" href={printUrl({ ...state, expanded, selected: bundle, depth: 0 })}>
        Collapse {count} {COLLAPSE_WORDS[state.collapse]}
      </a>
    </p>
  )
}
