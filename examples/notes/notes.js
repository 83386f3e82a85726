// Notes in a database unit of the person who opens the app. There is no backend: the node is the
// cloud. Browsers that show the same notes follow each other live.
import { connect } from '/leither/client.js'

const element = (id) => document.getElementById(id)
const [list, editor, title, text, undo] = ['list', 'editor', 'title', 'text', 'undo'].map(element)
const say = (words) => (element('state').textContent = words)

let notes = new Map() // id -> { title, text, time }
let open = null // id of the note in the editor
let waiting = 0 // timer of the save that waits until typing pauses
let sending = 0 // changes on their way to the node
let removed = null // the note deleted last, for undo

// Whatever fails says so; what was typed stays in the page.
addEventListener('unhandledrejection', ({ reason }) => say(reason.message))

const client = await connect()
// Without a session, the desktop asks the person and comes back here.
if (!client.session?.user) await client.ask()

// The same mark always names the same unit of this person; 0x07276700 closes it to all others.
const unit = { mark: 'notes', kind: 'database', right: 0x07276700 }
const { mid } = await client.call('mimei.create', unit)
const db = client.db(mid)

async function load() {
  const { fields } = await db.hgetall({ key: 'notes' })
  // An answer older than what this browser writes must not undo it; the next event asks again.
  if (waiting !== 0 || sending !== 0) return
  notes = new Map(fields.map(({ field, value }) => [field, value]))
  draw()
}

function draw() {
  const focused = document.activeElement?.dataset.id
  const sorted = [...notes].sort(([, a], [, b]) => b.time - a.time)
  list.replaceChildren(...sorted.map(([id, note]) => item(id, note)))
  list.querySelector(`[data-id="${focused}"]`)?.focus()
  element('empty').hidden = notes.size > 0
  document.body.classList.toggle('reading', notes.has(open))
  fill(notes.get(open))
}

function item(id, note) {
  const button = document.createElement('button')
  const words = document.createElement('small')
  const day = new Date(note.time).toLocaleDateString([], { day: 'numeric', month: 'short' })
  words.textContent = `${day}  ${note.text.slice(0, 80)}`
  button.append(note.title || 'Untitled', words)
  button.dataset.id = id
  button.setAttribute('aria-current', String(id === open))
  button.onclick = () => show(id)
  const row = document.createElement('li')
  row.append(button)
  return row
}

/** Puts a note into the editor; the caret stays where it is. */
function fill(note) {
  editor.hidden = note === undefined
  for (const field of note === undefined ? [] : [title, text]) {
    if (field.value === note[field.id]) continue
    const { selectionStart, selectionEnd } = field
    field.value = note[field.id]
    if (field === document.activeElement) field.setSelectionRange(selectionStart, selectionEnd)
  }
}

function show(id) {
  save()
  open = id
  draw()
}

/** Changes the unit; the words come once it is on the node's disk. */
async function send(change, words) {
  sending++
  try {
    await change
    say(words)
  } finally {
    sending--
  }
  if (sending === 0) await load()
}

const put = (id, note, words = 'Saved on your node') => {
  notes.set(id, note)
  draw()
  return send(db.hset({ key: 'notes', field: id, value: note }), words)
}

async function save() {
  if (waiting === 0) return
  clearTimeout(waiting)
  waiting = 0
  await put(open, { title: title.value, text: text.value, time: Date.now() })
}

editor.oninput = () => {
  clearTimeout(waiting)
  waiting = setTimeout(save, 300)
  undo.hidden = true
  say('Saving …')
}

function add() {
  show(crypto.randomUUID())
  put(open, { title: '', text: '', time: Date.now() })
  title.focus()
}

function remove() {
  save()
  removed = [open, notes.get(open)]
  notes.delete(open)
  show(null)
  undo.hidden = false
  send(db.hdel({ key: 'notes', fields: [removed[0]] }), 'Deleted')
}

undo.onclick = () => {
  undo.hidden = true
  show(removed[0])
  put(...removed, 'Brought back')
}

async function backup() {
  await save()
  const { version } = await client.call('mimei.backup', { mid })
  say(`Backed up as version ${version}`)
}

element('back').onclick = () => show(null)
addEventListener('pagehide', save)
for (const [id, step] of Object.entries({ add, remove, backup })) {
  element(id).onclick = step
  element(id).disabled = false
}

client.on([mid], load)
// What happened while the connection was gone was not heard.
client.onState((link) => (link === 'open' ? load() : say('No connection; keep this page open')))
await load()
say('Saved on your node')
