import { type FilterPiece, highlightFilter } from './highlight-filter.ts'

type Props = {
  readonly text: string
  /** Where what is wrong begins, to be marked up to the end of its word. */
  readonly problemAt?: number | undefined
}

/** A filter expression in colours. */
export function FilterText({ text, problemAt }: Props) {
  return placed(highlightFilter(text)).map(({ piece, offset }) => {
    const isWrong =
      problemAt !== undefined && offset <= problemAt && problemAt < offset + piece.text.length
    return (
      <span key={offset} class={isWrong ? `f-${piece.kind} f-wrong` : `f-${piece.kind}`}>
        {piece.text}
      </span>
    )
  })
}

function placed(pieces: readonly FilterPiece[]) {
  let end = 0
  return pieces.map((piece) => {
    const offset = end
    end += piece.text.length
    return { piece, offset }
  })
}
