const CLAUSES =
  /\b(FROM|WHERE|GROUP BY|ORDER BY|HAVING|LIMIT|OFFSET|VALUES|SET|RETURNING|UNION(?: ALL)?|(?:LEFT |RIGHT |FULL |INNER |CROSS )?(?:OUTER )?JOIN|ON CONFLICT)\b/gi
const CONDITIONS = /\b(AND|OR)\b/gi

/**
 * A statement with a line for each clause, as people write it. Text in quotes stays as it is; so does
 * the statement's every character but its white space.
 */
export function formatSql(statement: string): string {
  return statement
    .split(/('(?:[^']|'')*'|"[^"]*"|`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : brokenUp(part)))
    .join('')
    .replace(/(?<![ \t])[ \t]+\n/g, '\n')
    .trim()
}

/** `BETWEEN a AND b` is left alone: its `AND` joins no conditions. */
function brokenUp(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(CLAUSES, (clause) => `\n${clause}`)
    .replace(CONDITIONS, (word, _found, at, whole: string) =>
      /\bBETWEEN\s+\S+\s*$/i.test(whole.slice(0, at)) ? word : `\n  ${word}`,
    )
}
