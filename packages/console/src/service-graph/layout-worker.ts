import { type LayoutTask, layoutPicture } from './layout-picture.ts'
import { packLayout } from './pack-layout.ts'

/** One task after the other; the answer carries the number of its question. */
addEventListener('message', ({ data }: MessageEvent<{ number: number; task: LayoutTask }>) => {
  const layout = packLayout(layoutPicture(data.task), data.task)
  const transfer = [layout.places.buffer, layout.points.buffer, layout.ends.buffer]
  postMessage({ number: data.number, layout }, { transfer })
})
