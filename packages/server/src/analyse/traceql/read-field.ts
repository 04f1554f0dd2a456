import {
  type AttributeScope,
  type FieldReference,
  type Intrinsic,
  type OtlpAttributes,
  traceIdHex,
  unreachable,
} from '@fluoroscope/model'
import { type SpanNode, type SpanTree, serviceOfSpan, spanDuration } from '../span-tree.ts'
import {
  type FieldValue,
  isList,
  kindValue,
  type ScalarValue,
  statusValue,
  valueOfAttribute,
} from './field-value.ts'

/** What a span says of a field; nil where it says nothing. */
export function readFieldValue(field: FieldReference, node: SpanNode, tree: SpanTree): FieldValue {
  return field.kind === 'attribute'
    ? readAttribute(field.scope, field.name, node)
    : readIntrinsic(field.name, node, tree)
}

function readAttribute(scope: AttributeScope, name: string, { span }: SpanNode): FieldValue {
  switch (scope) {
    case 'span':
      return valueOfAttribute(span.attributes.get(name))
    case 'resource':
      return valueOfAttribute(span.resource.attributes.get(name))
    case 'instrumentation':
      return valueOfAttribute(span.scope.attributes.get(name))
    case 'any':
      return valueOfAttribute(span.attributes.get(name) ?? span.resource.attributes.get(name))
    case 'event':
      return valuesOf(span.events, name)
    case 'link':
      return valuesOf(span.links, name)
    default:
      return unreachable(scope)
  }
}

/** Of all events or links of a span together. */
function valuesOf(
  parts: readonly { readonly attributes: OtlpAttributes }[],
  name: string,
): FieldValue {
  return listOf(
    parts.flatMap(({ attributes }) => {
      const value = valueOfAttribute(attributes.get(name))
      return isList(value) ? value : value === undefined ? [] : [value]
    }),
  )
}

function listOf(values: readonly ScalarValue[]): FieldValue {
  return values.length === 0 ? undefined : values
}

function readIntrinsic(name: Intrinsic, node: SpanNode, tree: SpanTree): FieldValue {
  const { span } = node
  switch (name) {
    case 'span:duration':
      return spanDuration(span)
    case 'span:name':
      return span.name
    case 'span:status':
      return statusValue(span.status.code)
    case 'span:statusMessage':
      return span.status.message
    case 'span:kind':
      return kindValue(span.kind)
    case 'span:id':
      return span.id
    case 'span:parentID':
      return span.parentId
    case 'span:childCount':
      return BigInt(node.children.length)
    case 'trace:duration':
      return tree.duration
    case 'trace:rootName':
      return tree.root?.span.name
    case 'trace:rootService':
      return tree.root === undefined ? undefined : serviceOfSpan(tree.root.span)
    case 'trace:id':
      return traceIdHex(span.traceId)
    case 'event:name':
      return listOf(span.events.map((event) => event.name))
    case 'event:timeSinceStart':
      return listOf(span.events.map((event) => event.time - span.start))
    case 'link:spanID':
      return listOf(span.links.map((link) => link.id))
    case 'link:traceID':
      return listOf(span.links.map((link) => traceIdHex(link.traceId)))
    case 'instrumentation:name':
      return span.scope.name
    case 'instrumentation:version':
      return span.scope.version
    default:
      return unreachable(name)
  }
}
