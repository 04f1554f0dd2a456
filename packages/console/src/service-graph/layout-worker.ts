import { type LayoutTask, layoutPicture } from './layout-picture.ts'

/** One task after the other; the answer carries the number of its question. */
addEventListener('message', ({ data }: MessageEvent<{ number: number; task: LayoutTask }>) => {
  postMessage({ number: data.number, layout: layoutPicture(data.task) })
})
