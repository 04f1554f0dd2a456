#!/usr/bin/env node
// npm links a program only where its file exists, and dist/ does not before the first build.
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) {
  await import(main.href)
} else {
  process.stderr.write('fluoroscope is not built yet: run `npm run build` in its repository.\n')
  process.exitCode = 1
}
