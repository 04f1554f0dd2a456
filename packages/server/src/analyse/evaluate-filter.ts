import type {
  AnnotationTest,
  AnnotationValue,
  FilterExpression,
  FilterTerm,
  Segment,
  ServiceSelector,
  Trace,
  TraceSummary,
} from '@fluoroscope/model'
import { assert, compareNumber, compareText, unreachable } from '@fluoroscope/model'
import { callSubject, type FilterSubject, serviceSubject, traceSubject } from './filter-subject.ts'
import { FilterTrace, type NamedService, type SegmentService } from './filter-trace.ts'
import { matchesPattern } from './match-pattern.ts'
import { rootCauseLists } from './root-cause-json.ts'
import { causeElements } from './root-cause-subject.ts'

/**
 * Whether a search with this filter shows the trace (xray-behaviour 10): the truth, whatever has been
 * looked up to find the trace. Simple keywords ask its root, those in braces one service, call or
 * element of a cause. Where a value is missing no comparison is true, `!=` included.
 * @param expression without groups: they have been replaced by what they stand for
 * @param summary of the same trace
 */
export function matchesFilter(
  expression: FilterExpression,
  trace: Trace,
  summary: TraceSummary,
): boolean {
  return holds(expression, traceSubject(trace, summary), new FilterTrace(trace, summary))
}

/**
 * The segments, sent or inferred, that the services of a filter stand for: those of each `service` term
 * that is not negated, where they meet what its braces ask for.
 */
export function selectedSegments(
  expression: FilterExpression,
  trace: Trace,
  summary: TraceSummary,
): readonly Segment[] {
  const terms = serviceTerms(expression)
  if (terms.length === 0) return []
  const whole = new FilterTrace(trace, summary)
  const selected = whole.services.filter((service) =>
    terms.some((term) => isSelected(service, term, whole)),
  )
  return selected.map(({ segment }) => segment)
}

type ServiceTerm = FilterTerm & { readonly kind: 'service' }

function serviceTerms(expression: FilterExpression): readonly ServiceTerm[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.terms.flatMap(serviceTerms)
    case 'service':
      return [expression]
    default:
      return []
  }
}

function holds(expression: FilterExpression, subject: FilterSubject, whole: FilterTrace): boolean {
  switch (expression.kind) {
    case 'or':
      return expression.terms.some((term) => holds(term, subject, whole))
    case 'and':
      return expression.terms.every((term) => holds(term, subject, whole))
    case 'not':
      return !holds(expression.term, subject, whole)
    default:
      return termHolds(expression, subject, whole)
  }
}

function termHolds(term: FilterTerm, subject: FilterSubject, whole: FilterTrace): boolean {
  switch (term.kind) {
    case 'flag':
      return subject.flag(term.keyword)
    case 'present':
      return isPresent(term.keyword, subject)
    case 'number': {
      const value = subject.number(term.keyword)
      return value !== undefined && compareNumber(value, term.operator, term.value)
    }
    case 'text':
      return subject
        .texts(term.keyword)
        .some((value) => compareText(value, term.operator, term.value))
    case 'annotation':
      return subject.annotations(term.key).some((value) => annotationHolds(value, term.test))
    case 'service':
      return serviceHolds(term, whole)
    case 'edge':
      return edgeHolds(term, whole)
    case 'root-cause':
      return causeElements(whole.summary, term.cause, term.level).some((element) =>
        holds(term.where, element, whole),
      )
    case 'root-cause-json':
      return rootCauseLists(whole.summary).some((causes) => matchesPattern(term.pattern, causes))
    case 'group':
      assert(false, 'groups are replaced before a filter is evaluated')
      return false
    default:
      return unreachable(term)
  }
}

function isPresent(
  keyword: (FilterTerm & { readonly kind: 'present' })['keyword'],
  subject: FilterSubject,
): boolean {
  switch (keyword) {
    case 'responsetime':
    case 'duration':
    case 'http.status':
    case 'index':
    case 'coverage':
      return subject.number(keyword) !== undefined
    default:
      return subject.texts(keyword).length > 0
  }
}

/** Values of another type never match; a bare key asks for anything but `false`. */
function annotationHolds(value: AnnotationValue, test: AnnotationTest | undefined): boolean {
  if (test === undefined) return value !== false
  switch (test.kind) {
    case 'text':
      return typeof value === 'string' && compareText(value, test.operator, test.value)
    case 'number':
      return typeof value === 'number' && compareNumber(value, test.operator, test.value)
    case 'boolean':
      return typeof value === 'boolean' && (value === test.value) === (test.operator === '=')
    default:
      return unreachable(test)
  }
}

/** All conditions hold on one segment of such a service; a client has none, it only takes part. */
function serviceHolds(term: ServiceTerm, whole: FilterTrace): boolean {
  if (whole.services.some((service) => isSelected(service, term, whole))) return true
  const { selector, where } = term
  return where === undefined && whole.clients.some((client) => matchesSelector(client, selector))
}

function isSelected(
  service: SegmentService,
  { selector, where }: ServiceTerm,
  whole: FilterTrace,
): boolean {
  if (!matchesSelector(service, selector)) return false
  return where === undefined || holds(where, serviceSubject(service, whole), whole)
}

/** All conditions hold on one call, as the caller tells of it. */
function edgeHolds(
  { from, to, where }: FilterTerm & { readonly kind: 'edge' },
  whole: FilterTrace,
): boolean {
  return whole.edges.some((edge) => {
    if (!matchesSelector(edge.from, from) || !matchesSelector(edge.to, to)) return false
    if (where === undefined) return true
    return edge.calls.some((call) => holds(where, callSubject(call, whole), whole))
  })
}

function matchesSelector(service: NamedService, { name, type, account }: ServiceSelector): boolean {
  if (name !== undefined && name !== service.key.name) return false
  if (type !== undefined && type !== service.key.type) return false
  return account === undefined || service.accounts.has(account)
}
