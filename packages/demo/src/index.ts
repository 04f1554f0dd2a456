export { type DemoOptions, type DemoSummary, type DemoSurroundings, runDemo } from './run-demo.ts'
