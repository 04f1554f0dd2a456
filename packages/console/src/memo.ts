import { Component, type ComponentType, createElement, type FunctionComponent } from 'preact'

/**
 * A component that is rendered again only when a property is another. `preact/compat` has one, too, but
 * looks at every element of the page as long as it is loaded.
 */
export function memo<Properties extends object>(
  render: FunctionComponent<Properties>,
): ComponentType<Properties> {
  return class Memo extends Component<Properties> {
    override shouldComponentUpdate(next: Properties): boolean {
      return !isSame(this.props, next)
    }

    override render() {
      return createElement(render, this.props)
    }
  }
}

function isSame<Properties extends object>(before: Properties, next: Properties): boolean {
  const keys = Object.keys(next) as (keyof Properties)[]
  const isEqual = keys.every((key) => before[key] === next[key])
  return isEqual && Object.keys(before).length === keys.length
}
