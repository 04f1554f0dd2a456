import type { Page } from 'playwright-core'

/** What one round through a page by Tab has met. */
export type KeyboardWalk = {
  /** How often the focus stopped. */
  readonly stops: number
  /** Stops at which nothing told where the focus is. */
  readonly unseen: readonly string[]
  /** What can be used, and was not met. */
  readonly missed: readonly string[]
}

const MOST_STOPS = 400

/**
 * Goes once around the page by Tab. Of a group of radio buttons one stop is enough, since arrows lead to
 * the others; what a list, a tree or tabs hold is theirs in the same way.
 */
export async function walkByTab(page: Page): Promise<KeyboardWalk> {
  await page.evaluate(watchFocus)
  for (let count = 0; count < MOST_STOPS; count++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.documentElement.dataset['walk'] === 'around')) {
      return page.evaluate(resultOfWalk)
    }
  }
  throw new Error(`the focus did not come around in ${MOST_STOPS} stops`)
}

type WalkState = { readonly met: Set<Element>; readonly unseen: Set<string> }

/** Runs in the page. */
function watchFocus(): void {
  const state: WalkState = { met: new Set(), unseen: new Set() }
  Object.assign(globalThis, { walk: state })
  const root = document.documentElement
  root.dataset['walk'] = 'begun'
  const isOutlined = (element: Element | null, part?: string) => {
    if (element === null) return false
    const { outlineStyle, outlineWidth } = getComputedStyle(element, part)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1
  }
  const isSeen = (element: Element) => {
    const { width, height, bottom, right } = element.getBoundingClientRect()
    const isThere = width > 0 && height > 0 && bottom > 0 && right > 0
    return (
      (isThere && isOutlined(element)) ||
      isOutlined(element, '::after') ||
      isOutlined(element.nextElementSibling) ||
      isOutlined(element.parentElement)
    )
  }
  const listen = ({ target }: FocusEvent) => {
    if (!(target instanceof Element)) return
    if (state.met.has(target)) {
      root.dataset['walk'] = 'around'
      removeEventListener('focusin', listen)
      return
    }
    state.met.add(target)
    if (!isSeen(target)) state.unseen.add(target.outerHTML.slice(0, 160))
  }
  addEventListener('focusin', listen)
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
}

/** Runs in the page. */
function resultOfWalk(): KeyboardWalk {
  const { met, unseen } = (globalThis as unknown as { walk: WalkState }).walk
  const usable = document.querySelectorAll(
    'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex="0"]',
  )
  const groups = new Set([...met].map((element) => element.getAttribute('name')))
  const isMet = (element: Element) =>
    met.has(element) ||
    (element instanceof HTMLInputElement && element.type === 'radio' && groups.has(element.name))
  const missed = [...usable].filter((element) => {
    const isHeld = element.getAttribute('tabindex') === '-1'
    return !isHeld && element.checkVisibility({ visibilityProperty: true }) && !isMet(element)
  })
  // Enter would go on to what the focus came around to.
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  return {
    stops: met.size,
    unseen: [...unseen],
    missed: missed.map((element) => element.outerHTML.slice(0, 160)),
  }
}
