// An album in a file unit: originals in photos/, small pictures of them in thumbs/, both made in the
// browser. Each batch that is added, and each removal, is a version: the album can always go back.
import { connect } from '/leither/client.js'

const $ = (id) => document.getElementById(id)
const say = (words) => ($('state').textContent = words)

let newest = 0
let version = 0 // the one in the grid
let names = [] // of its pictures and videos
let at = 0 // index of the name in the viewer

// Whatever fails says so; what is in the album stays.
addEventListener('unhandledrejection', ({ reason }) => say(reason.message))

const client = await connect()
// Without a session, the desktop asks the person and comes back here.
if (!client.session?.user) await client.ask()

// The same mark always names the same unit of this person. Everyone may read what is backed up, as
// albums are there to be shown: <img> and <video> take it from the node without a session.
const { mid } = await client.call('mimei.create', { mark: 'album', kind: 'file' })
const files = client.files(mid)

const isVideo = (name) => /\.(mp4|m4v|mov|webm|ogv)$/i.test(name)
const photoOf = (name) => `photos/${name}`
const thumbOf = (name) => `thumbs/${name}.webp`
// With the time in front, names are in order, and two pictures of the same name are two files.
const nameFor = ({ name, lastModified }) =>
  `${new Date(lastModified).toISOString().slice(0, 19).replaceAll(':', '.')} ${name}`

async function load(wanted) {
  const { versions } = await client.call('mimei.log', { mid })
  newest = versions[0]?.version ?? 0
  version = wanted ?? newest
  names = version === 0 ? [] : await list('photos')
  $('grid').replaceChildren(...names.map(tile))
  $('versions').replaceChildren(...versions.map(choice))
  $('versions').value = version
  $('versions').hidden = newest === 0
  $('restore').hidden = version === newest
  say(names.length > 0 ? '' : 'Nothing here. Drop pictures and videos anywhere, or choose Add.')
}

/** Names in a folder of the version, newest first; the node gives them a page at a time. */
async function list(path, after = '') {
  const { entries, more } = await files.list({ path, version, after }).catch((error) => {
    if (error.code === 'PATH_UNKNOWN') return { entries: [], more: false }
    throw error
  })
  const rest = more ? await list(path, entries.at(-1).name) : []
  return [...rest, ...entries.map(({ name }) => name).reverse()]
}

function choice({ version, memo, time }) {
  const day = new Date(time).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
  return new Option(`${version}: ${memo || 'changed'}, ${day}`, version)
}

function tile(name, index) {
  const button = document.createElement('button')
  // Numbered versions never change: the browser keeps what it has seen.
  const image = Object.assign(new Image(), { alt: name, src: files.url(thumbOf(name), version) })
  image.loading = 'lazy'
  button.className = isVideo(name) ? 'video' : ''
  button.append(image)
  button.onclick = () => view(index)
  return button
}

function view(index) {
  if (index < 0 || index >= names.length) return
  at = index
  const name = names[at]
  const item = document.createElement(isVideo(name) ? 'video' : 'img')
  // A player asks for parts of the file; the node sends just those.
  Object.assign(item, { src: files.url(photoOf(name), version), alt: name })
  Object.assign(item, isVideo(name) ? { controls: true, autoplay: true, muted: true } : {})
  $('stage').replaceChildren(item)
  $('name').textContent = name.slice(20)
  $('remove').hidden = version !== newest
  if (!$('viewer').open) $('viewer').showModal()
}

/** A small picture of a picture, or of a moment of a video. */
async function thumbnail(file) {
  const source = await (isVideo(file.name) ? still(file) : createImageBitmap(file))
  const [width, height] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height]
  const scale = Math.min(1, 480 / Math.min(width, height))
  const canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale))
  canvas.getContext('2d').drawImage(source, 0, 0, canvas.width, canvas.height)
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })
}

function still(file) {
  const video = Object.assign(document.createElement('video'), { muted: true })
  video.src = URL.createObjectURL(file)
  return new Promise((resolve, reject) => {
    video.onloadeddata = () => (video.currentTime = Math.min(0.1, video.duration / 2))
    video.onseeked = () => resolve(video)
    video.onerror = () => reject(video.error)
  })
}

async function add(chosen) {
  const total = chosen.reduce((sum, { size }) => sum + size, 0)
  const unknown = []
  let before = 0
  for (const file of chosen) {
    const onProgress = (bytes) => ($('progress').value = (before + bytes) / total)
    say(`Adding ${file.name} …`)
    const small = await thumbnail(file).catch(() => unknown.push(file.name) && undefined)
    if (small !== undefined) {
      const { lastModified: modified } = file
      await files.upload(thumbOf(nameFor(file)), small)
      await files.upload(photoOf(nameFor(file)), file, { modified, onProgress })
    }
    before += file.size
  }
  await backup(`${chosen.length - unknown.length} added`)
  $('progress').value = 0
  if (unknown.length > 0) say(`Not added, as this browser cannot show it: ${unknown.join(', ')}`)
}

async function remove() {
  const name = names[at]
  $('viewer').close()
  await files.remove({ path: photoOf(name) })
  await files.remove({ path: thumbOf(name) })
  await backup('1 removed')
}

async function restore() {
  await client.call('mimei.restore', { mid, version })
  await backup(`back to ${version}`)
}

async function backup(memo) {
  await client.call('mimei.backup', { mid, memo })
  await load()
}

const media = (list) => [...list].filter(({ type }) => /^(image|video)\//.test(type))
const steps = { ArrowLeft: () => view(at - 1), ArrowRight: () => view(at + 1) }
$('before').onclick = steps.ArrowLeft
$('after').onclick = steps.ArrowRight
$('viewer').onkeydown = ({ key }) => steps[key]?.()
$('viewer').onclose = () => $('stage').replaceChildren()
$('close').onclick = () => $('viewer').close()
$('remove').onclick = remove
$('restore').onclick = restore
$('versions').onchange = ({ target }) => load(Number(target.value))
$('pick').onchange = ({ target }) => add(media(target.files)).finally(() => (target.value = ''))
document.ondragover = (event) => event.preventDefault()
document.ondrop = (event) => {
  event.preventDefault()
  add(media(event.dataTransfer.files))
}

client.on([mid], ({ type }) => type === 'version' && load())
await load()
