import type { Locator, Page } from 'playwright-core'

/** The map, once its services have their places. */
export async function laidOutMap(page: Page): Promise<Locator> {
  await page.locator('.map-window[aria-busy="false"]').waitFor()
  return page.getByRole('application')
}

/**
 * What is painted after all that was done before; undefined while nothing is, and while a map that
 * takes long to paint is moved as it was.
 */
export function pictureOf(map: Locator): Promise<string | undefined> {
  return map.locator('canvas').evaluate(async (element) => {
    await new Promise((done) => requestAnimationFrame(done))
    const canvas = element as HTMLCanvasElement
    const blank = document.createElement('canvas')
    blank.width = canvas.width
    blank.height = canvas.height
    const picture = canvas.toDataURL()
    return canvas.style.transform !== '' || picture === blank.toDataURL() ? undefined : picture
  })
}
