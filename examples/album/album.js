// An album in a file unit: originals in photos/, small pictures of them in thumbs/, made in the
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
  say(names.length > 0 ? `${names.length} shown` : 'Nothing here. Drop pictures, or choose Add.')
}

/** Names in a folder of the version, newest first; the node gives them a page at a time. */
async function list(path, after = '') {
  const { entries, more } = await files.list({ path, version, after })
  const page = entries.map(({ name }) => name).reverse()
  return more ? [...(await list(path, page[0])), ...page] : page
}

function choice({ version, memo, time }) {
  const day = new Date(time).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
  return new Option(`${version}: ${memo || 'changed'}, ${day}`, version)
}

function tile(name, index) {
  const button = document.createElement('button')
  // Numbered versions never change: the browser keeps what it has seen.
  const src = files.url(thumbOf(name), version)
  button.append(Object.assign(new Image(), { loading: 'lazy', alt: name, src }))
  button.className = isVideo(name) ? 'video' : ''
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
  const source = await createImageBitmap(isVideo(file.name) ? await still(file) : file)
  const scale = Math.min(1, 480 / Math.min(source.width, source.height))
  const canvas = new OffscreenCanvas(source.width * scale, source.height * scale)
  canvas.getContext('2d').drawImage(source, 0, 0, canvas.width, canvas.height)
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })
}

function still(file) {
  const video = Object.assign(document.createElement('video'), { muted: true })
  video.src = URL.createObjectURL(file)
  return new Promise((resolve, reject) => {
    video.onloadeddata = () => (video.currentTime = Math.min(1, video.duration / 2))
    video.onseeked = () => resolve(video)
    video.onerror = () => reject(video.error)
  })
}

async function add(chosen) {
  const unknown = []
  for (const file of chosen) {
    const onProgress = (bytes) =>
      say(`Adding ${file.name}, ${Math.floor((bytes / file.size) * 100)} %`)
    const small = await thumbnail(file).catch(() => unknown.push(file.name) && undefined)
    if (small === undefined) continue
    await files.upload(thumbOf(nameFor(file)), small)
    const { lastModified: modified } = file
    await files.upload(photoOf(nameFor(file)), file, { modified, onProgress })
  }
  const count = chosen.length - unknown.length
  if (count > 0) await backup(`${count} added`)
  if (unknown.length > 0) say(`Not added, as this browser cannot show it: ${unknown.join(', ')}`)
}

async function backup(memo) {
  await client.call('mimei.backup', { mid, memo })
  await load()
}

const steps = { ArrowLeft: () => view(at - 1), ArrowRight: () => view(at + 1) }
$('before').onclick = steps.ArrowLeft
$('after').onclick = steps.ArrowRight
$('viewer').onkeydown = ({ key }) => steps[key]?.()
$('viewer').onclose = () => $('stage').replaceChildren()
$('close').onclick = () => $('viewer').close()
$('remove').onclick = async () => {
  $('viewer').close()
  for (const of of [photoOf, thumbOf]) await files.remove({ path: of(names[at]) })
  await backup('1 removed')
}

$('versions').onchange = ({ target }) => load(Number(target.value))
$('restore').onclick = async () => {
  await client.call('mimei.restore', { mid, version })
  await backup(`back to ${version}`)
}

$('pick').onchange = ({ target }) => add([...target.files]).finally(() => (target.value = ''))
document.ondragover = (event) => event.preventDefault()
document.ondrop = (event) => {
  event.preventDefault()
  add([...event.dataTransfer.files])
}

client.on([mid], ({ type }) => type === 'version' && load())
await load()
