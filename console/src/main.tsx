import { render } from 'preact'
import { App } from './app'
import { applyLook } from './state/look'
import { followLinks } from './state/route'
import './style/base.css'
import './style/shell.css'
import './style/parts.css'
import './style/overlays.css'
import './style/states.css'
import './style/lists.css'
import './style/screens.css'
import './style/viewer.css'

applyLook()
followLinks()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
