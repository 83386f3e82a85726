// Notes that live in a database unit of the person who opens the app. No backend: the node's own
// API is the cloud. Two browsers that show the same notes follow each other live.
import { connect } from '/leither/client.js'

const element = (id) => document.getElementById(id)
const [list, editor, title, text, state] = ['list', 'editor', 'title', 'text', 'state'].map(element)

const notes = new Map() // id -> { title, text, time }
let open = null // id of the note in the editor
let saving = 0 // timer of the save that waits

const client = await connect()
// Without a session, the desktop asks the person and comes back here.
if (!client.session?.user) await client.ask()

const { mid } = await client.call('mimei.create', {
  mark: 'notes',
  kind: 'database',
  right: 0x07276700,
})
const db = client.db(mid)

async function load() {
  const { fields } = await db.hgetall({ key: 'notes' })
  notes.clear()
  for (const { field, value } of fields) notes.set(field, value)
  if (open !== null && !notes.has(open)) show(null)
  draw()
}

function draw() {
  const sorted = [...notes].sort(([, a], [, b]) => b.time - a.time)
  list.replaceChildren(
    ...sorted.map(([id, note]) => {
      const button = document.createElement('button')
      const when = document.createElement('small')
      button.textContent = note.title || 'Untitled'
      when.textContent = new Date(note.time).toLocaleString()
      button.append(when)
      button.setAttribute('aria-current', String(id === open))
      button.onclick = () => show(id)
      const item = document.createElement('li')
      item.append(button)
      return item
    }),
  )
  state.textContent = `${notes.size} note${notes.size === 1 ? '' : 's'}, kept on your node`
  // What another browser wrote appears here, unless this one is typing.
  if (open !== null && saving === 0) fill(notes.get(open))
}

function fill(note) {
  if (title.value !== note.title) title.value = note.title
  if (text.value !== note.text) text.value = note.text
}

async function show(id) {
  await save()
  open = id
  editor.hidden = id === null
  if (id !== null) fill(notes.get(id))
  draw()
}

async function save() {
  if (saving === 0) return
  clearTimeout(saving)
  saving = 0
  const note = { title: title.value, text: text.value, time: Date.now() }
  notes.set(open, note)
  draw()
  await db.hset({ key: 'notes', field: open, value: note })
}

function typed() {
  clearTimeout(saving)
  saving = setTimeout(() => attempt(save), 300)
}

async function add() {
  const id = crypto.randomUUID()
  const note = { title: '', text: '', time: Date.now() }
  notes.set(id, note)
  await db.hset({ key: 'notes', field: id, value: note })
  await show(id)
  title.focus()
}

async function remove() {
  const id = open
  clearTimeout(saving)
  saving = 0
  notes.delete(id)
  await show(null)
  await db.hdel({ key: 'notes', fields: [id] })
}

async function backup() {
  await save()
  const { version } = await client.call('mimei.backup', { mid })
  state.textContent = `backed up as version ${version}`
}

// A failed step says so; what was typed stays in the page.
async function attempt(step) {
  try {
    await step()
  } catch (error) {
    state.textContent = error.message
  }
}

title.oninput = typed
text.oninput = typed
editor.onsubmit = (event) => event.preventDefault()
for (const [id, step] of Object.entries({ add, remove, backup })) {
  element(id).onclick = () => attempt(step)
  element(id).disabled = false
}

client.on([mid], () => attempt(load))
await attempt(load)
