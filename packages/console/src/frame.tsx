import { render } from 'preact'
import { startClock } from './clock.ts'
import { startNavigation } from './navigation.ts'
import { App } from './page/app.tsx'
import { startTheme } from './theme.ts'

startTheme()
startClock()
startNavigation()

const root = document.getElementById('console')
if (root !== null) render(<App />, root)
