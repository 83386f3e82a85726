/** The page of a recorded run: one file, nothing loaded; time runs to the right, a row a node. */
import type { Summary } from './command.js'
import type { Recording } from './picture.js'

const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #222; --quiet: #8a8a8a; --line: #ddd;
  --panel: #f6f6f4; --pulse: #0a7d4f; --block: #2563c9; --crash: #c92a2a; --start: #2b8a3e;
  --mark: #b8860b; --evidence: #9c36b5; --fault: rgba(201,42,42,.14); --hostile: #9c36b5 }
@media (prefers-color-scheme: dark) { :root { --ground: #16181c; --ink: #e6e6e6; --quiet: #8c9096;
  --line: #2c3036; --panel: #1e2126; --pulse: #3ecf8e; --block: #74a7ff; --crash: #ff6b6b;
  --start: #69db7c; --mark: #ffd166; --evidence: #da77f2; --fault: rgba(255,107,107,.17);
  --hostile: #da77f2 } }
* { box-sizing: border-box }
body { margin: 0; font: 13px/1.45 system-ui, sans-serif; background: var(--ground);
  color: var(--ink); display: flex; flex-direction: column; height: 100vh }
header { padding: 10px 14px; background: var(--panel); border-bottom: 1px solid var(--line) }
h1 { font-size: 15px; margin: 0 0 2px }
header p { margin: 0; color: var(--quiet) }
.bad { color: var(--crash); font-weight: 600 }
#kinds { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 6px 14px }
#kinds label { white-space: nowrap } #kinds i { display: inline-block; width: 9px; height: 9px;
  border-radius: 2px; margin-right: 4px }
#view { flex: 1; position: relative; min-height: 200px }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; cursor: grab; touch-action: none }
#tip { position: fixed; display: none; max-width: 420px; padding: 6px 9px; pointer-events: none;
  background: var(--panel); border: 1px solid var(--line); border-radius: 5px;
  box-shadow: 0 2px 10px rgba(0,0,0,.2); white-space: pre-wrap }
footer { padding: 6px 14px; color: var(--quiet); border-top: 1px solid var(--line) }
button { font: inherit; padding: 1px 8px; margin-right: 4px }
`

const script = `
const canvas = document.querySelector('canvas'), tip = document.getElementById('tip')
const context = canvas.getContext('2d'), { rows, kinds, messages, marks, faults } = data
const names = 120, top = 26, count = messages.length / 5
let left = 0, scale = 1, hidden = new Set(), spots = [], drag
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name)
const hue = (kind) => 'hsl(' + Math.round((kind * 137.5) % 360) + ' 65% 50%)'
const rowHeight = () => Math.max(9, (canvas.clientHeight - top - 6) / rows.length)
const x = (time) => names + (time - left) * scale
const y = (row) => top + (row + 0.5) * rowHeight()
const quiet = new Set(['status', 'certificate', 'recall', 'recalled'])
kinds.forEach((kind, i) => {
  if (quiet.has(kind)) hidden.add(i)
  const label = document.createElement('label'), box = document.createElement('input')
  const patch = document.createElement('i')
  box.type = 'checkbox'; box.checked = !hidden.has(i); patch.style.background = hue(i)
  box.onchange = () => { box.checked ? hidden.delete(i) : hidden.add(i); draw() }
  let times = 0
  for (let at = 4; at < messages.length; at += 5) if (messages[at] === i) times++
  label.append(box, ' ', patch, kind + ' (' + times + ')')
  document.getElementById('kinds').append(label)
})
function whole() { left = 0; scale = (canvas.clientWidth - names - 10) / length; draw() }
function line(x1, y1, x2, y2) {
  context.beginPath(); context.moveTo(x1, y1); context.lineTo(x2, y2); context.stroke()
}
function axis(width, height) {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 60000]
  const step = steps.find((candidate) => candidate * scale > 70) ?? 60000
  context.strokeStyle = color('line'); context.fillStyle = color('quiet')
  for (let time = Math.ceil(left / step) * step; x(time) < width; time += step) {
    line(x(time), top - 6, x(time), height)
    context.fillText(time / 1000 + ' s', x(time) + 3, 12)
  }
}
function drawFaults(height) {
  for (const fault of faults) {
    const from = x(fault.at), to = Math.max(from + 2, x(fault.until)), h = rowHeight()
    if (to < names) continue
    if (fault.kind === 'healed') {
      context.strokeStyle = color('start'); line(from, top - 10, from, height)
      context.fillStyle = color('start'); context.fillText('healed', from + 3, 24); continue
    }
    context.fillStyle = color('fault')
    const begin = Math.max(names, from)
    for (const row of fault.nodes) {
      context.fillRect(begin, y(row) - h / 2, to - begin, h)
      const span = ', ' + fault.at / 1000 + ' s to ' + fault.until / 1000 + ' s'
      spots.push({ x1: begin, x2: to, row, text: fault.kind + span })
    }
    context.fillStyle = color('crash')
    if (to - begin > 40 && fault.nodes.length)
      context.fillText(fault.kind, begin + 2, y(Math.min(...fault.nodes)) - h / 2 + 9)
  }
}
function drawMessages(width) {
  context.lineWidth = 1
  let drawn = 0
  for (let i = 0; i < count && drawn < 30000; i++) {
    const at = i * 5, kind = messages[at + 4]
    if (hidden.has(kind)) continue
    const sent = messages[at], arrived = messages[at + 1], lost = arrived < 0
    const x1 = x(sent), x2 = lost ? x1 + Math.min(12, 20 * scale) : x(arrived)
    if (x2 < names || x1 > width) continue
    drawn++
    const y1 = y(messages[at + 2]), y2 = y(messages[at + 3])
    context.strokeStyle = hue(kind); context.globalAlpha = lost ? 0.9 : 0.45
    context.setLineDash(lost ? [2, 2] : [])
    line(x1, y1, x2, lost ? y1 + (y2 - y1) * 0.2 : y2)
    if (scale > 0.3) spots.push({ line: [x1, y1, x2, y2], text: kinds[kind] + ': ' +
      rows[messages[at + 2]].name + ' to ' + rows[messages[at + 3]].name + '\\nsent at ' + sent +
      ' ms, ' + (lost ? 'lost' : (arrived - sent).toFixed(1) + ' ms on its way') })
  }
  context.globalAlpha = 1; context.setLineDash([])
}
function drawMarks(width) {
  for (const { at, node, look, text } of marks) {
    const px = x(at), py = y(node), r = Math.min(5, rowHeight() / 3)
    if (px < names || px > width) continue
    context.fillStyle = context.strokeStyle = color(look === 'stuck' ? 'crash' : look)
    context.beginPath()
    if (look === 'pulse') context.rect(px - 1, py - r * 1.5, 2.5, r * 3)
    else if (look === 'block') context.rect(px - r / 2, py - r / 2, r, r)
    else if (look === 'crash') {
      line(px - r, py - r, px + r, py + r); line(px - r, py + r, px + r, py - r)
    } else context.arc(px, py, r * 0.6, 0, 7)
    context.fill()
    const told = text + '\\nat ' + at + ' ms'
    spots.push({ x1: px - 4, x2: px + 4, row: node, first: true, text: told })
  }
}
function draw() {
  const ratio = devicePixelRatio, width = canvas.clientWidth, height = canvas.clientHeight
  canvas.width = width * ratio; canvas.height = height * ratio
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.font = '11px system-ui, sans-serif'; spots = []
  axis(width, height); drawFaults(height)
  context.strokeStyle = color('line')
  rows.forEach((_, row) => line(names, y(row), width, y(row)))
  drawMessages(width); drawMarks(width)
  context.fillStyle = color('panel'); context.fillRect(0, 0, names, height)
  rows.forEach(({ name, isHonest }, row) => {
    context.fillStyle = color(isHonest ? 'ink' : 'hostile')
    context.fillText(name + (isHonest ? '' : ' (hostile)'), 8, y(row) + 4, names - 12)
  })
}
function zoom(factor, at) {
  const time = left + (at - names) / scale
  scale = Math.min(50, Math.max((canvas.clientWidth - names) / length / 1.2, scale * factor))
  left = time - (at - names) / scale; draw()
}
canvas.onwheel = (event) => {
  event.preventDefault()
  if (event.shiftKey) { left += (event.deltaY + event.deltaX) / scale; draw() }
  else zoom(Math.exp(-event.deltaY / 400), event.offsetX)
}
canvas.onpointerdown = (event) => { drag = { x: event.clientX, left }
  canvas.setPointerCapture(event.pointerId) }
canvas.onpointerup = () => { drag = undefined }
function near({ line: l, x1, x2, row }, px, py) {
  if (l === undefined) return px >= x1 && px <= x2 && Math.abs(py - y(row)) < rowHeight() / 2
  const [ax, ay, bx, by] = l, dx = bx - ax, dy = by - ay
  const t = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1)))
  return Math.hypot(px - ax - t * dx, py - ay - t * dy) < 4
}
canvas.onpointermove = (event) => {
  if (drag) { left = drag.left - (event.clientX - drag.x) / scale; tip.style.display = 'none'
    draw(); return }
  const found = spots.filter((spot) => near(spot, event.offsetX, event.offsetY))
  found.sort((a, b) => (b.first ? 1 : 0) - (a.first ? 1 : 0))
  tip.style.display = found.length ? 'block' : 'none'
  const more = found.length > 8 ? '\\nand ' + (found.length - 8) + ' more: zoom in' : ''
  tip.textContent = found.slice(0, 8).map(({ text }) => text).join('\\n') + more
  tip.style.left = Math.min(innerWidth - 430, event.clientX + 14) + 'px'
  tip.style.top = Math.min(innerHeight - 200, event.clientY + 14) + 'px'
}
canvas.onpointerleave = () => { tip.style.display = 'none' }
document.getElementById('in').onclick = () => zoom(1.6, canvas.clientWidth / 2)
document.getElementById('out').onclick = () => zoom(1 / 1.6, canvas.clientWidth / 2)
document.getElementById('all').onclick = whole
const failed = document.getElementById('failed')
if (failed) failed.onclick = () => { scale = 0.5; left = failedAt - 1500; draw() }
addEventListener('resize', draw); matchMedia('(prefers-color-scheme: dark)').onchange = draw
whole()
`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The whole page. */
export function picturePage({ scenario, failure, millis, pulse }: Summary, recording: Recording) {
  const { rows, kinds, messages, marks, faults, isCut } = recording
  const json = JSON.stringify({ rows, kinds, messages, marks, faults }).replaceAll('<', '\\u003c')
  const verdict =
    failure === undefined
      ? 'every invariant held'
      : `<span class="bad">${escaped(failure.what)}</span>`
  const options = escaped(JSON.stringify(scenario, null, 1))
  const toFailure = failure === undefined ? '' : '<button id="failed">to the failure</button>'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Run of seed ${escaped(scenario.seed)}</title>
<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>
<header><h1>Seed ${escaped(scenario.seed)}: ${pulse} pulses in ${(millis / 1000).toFixed(1)} s</h1>
<p>${verdict}</p></header>
<div id="kinds"><span><button id="in">+</button><button id="out">-</button>
<button id="all">whole run</button>${toFailure}</span></div>
<div id="view"><canvas></canvas></div><div id="tip"></div>
<footer>Lines are messages (dashed: lost). Bars are pulses of the root, squares blocks of branches,
crosses nodes going down, dots rare paths, shaded spans faults. Wheel zooms, drag moves.
Hover tells what something is.
${isCut ? 'Messages after the first 400,000 are left out.' : ''}
<details><summary>options</summary><pre>${options}</pre></details>
</footer><script>const data = ${json}, length = ${millis || 1}, failedAt = ${failure?.time ?? 0}
${script}</script></body></html>
`
}
