/**
 * For `page.evaluate`: the times of the frames until the title of the page is `done`, in milliseconds. A text,
 * since what compiles this file adds to functions what a page does not know.
 */
export const RECORDER = `new Promise((resolve) => {
  const times = []
  requestAnimationFrame(function note(time) {
    times.push(time)
    if (document.title === 'done') resolve(times)
    else requestAnimationFrame(note)
  })
})`
