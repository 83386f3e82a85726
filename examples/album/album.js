// An album in a file unit: originals in photos/, small pictures of them in thumbs/, both made in the
// browser. Every batch that is added becomes a version, so an album can always go back.
import { connect } from '/leither/client.js'

const element = (id) => document.getElementById(id)
const [grid, state, pick, progress, viewer] = ['grid', 'state', 'pick', 'progress', 'viewer'].map(
  element,
)
const thumbSide = 320

const client = await connect()
if (!client.session?.user) await client.ask()

const { mid } = await client.call('mimei.create', { mark: 'album', kind: 'file' })
const files = client.files(mid)

const isVideo = (name) => /\.(mp4|webm|mov|ogv)$/i.test(name)
const thumbOf = (name) => `thumbs/${name}.webp`

async function load() {
  const { version } = await client.call('mimei.show', { mid })
  const entries = version === 0 ? [] : await photosOf(version)
  entries.sort((a, b) => (b.modified ?? 0) - (a.modified ?? 0))
  grid.replaceChildren(...entries.map((entry) => tile(entry, version)))
  const count = `${entries.length} item${entries.length === 1 ? '' : 's'}`
  state.textContent =
    version === 0 ? 'Drop pictures here to begin.' : `${count}, version ${version}`
}

async function photosOf(version) {
  try {
    return (await files.list({ path: 'photos', version })).entries
  } catch (error) {
    if (error.code === 'PATH_UNKNOWN') return []
    throw error
  }
}

function tile({ name }, version) {
  const button = document.createElement('button')
  const image = document.createElement('img')
  image.loading = 'lazy'
  image.alt = name
  // Numbered versions never change: the browser keeps them.
  image.src = files.url(thumbOf(name), version)
  button.className = isVideo(name) ? 'video' : ''
  button.append(image)
  button.onclick = () => view(name, version)
  return button
}

function view(name, version) {
  const item = document.createElement(isVideo(name) ? 'video' : 'img')
  item.src = files.url(`photos/${name}`, version)
  item.alt = name
  if (isVideo(name)) Object.assign(item, { controls: true, autoplay: true, muted: true })
  viewer.replaceChildren(item)
  viewer.showModal()
}

/** A still of a picture or video, drawn small. */
async function thumbnail(file) {
  const source = isVideo(file.name) ? await firstFrame(file) : await createImageBitmap(file)
  const width = source.videoWidth ?? source.width
  const height = source.videoHeight ?? source.height
  const scale = Math.min(1, thumbSide / Math.min(width, height))
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale))
  canvas.getContext('2d').drawImage(source, 0, 0, canvas.width, canvas.height)
  return canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })
}

function firstFrame(file) {
  const video = document.createElement('video')
  video.muted = true
  video.src = URL.createObjectURL(file)
  return new Promise((resolve, reject) => {
    video.onloadeddata = () => {
      video.currentTime = Math.min(0.1, video.duration / 2)
    }
    video.onseeked = () => resolve(video)
    video.onerror = () => reject(new Error(`${file.name} is no video that this browser shows`))
  })
}

async function add(chosen) {
  const total = chosen.reduce((sum, file) => sum + file.size, 0)
  let before = 0
  pick.disabled = true
  try {
    for (const file of chosen) {
      state.textContent = `adding ${file.name} …`
      await files.upload(thumbOf(file.name), await thumbnail(file))
      await files.upload(`photos/${file.name}`, file, {
        modified: file.lastModified,
        onProgress: (bytes) => {
          progress.value = (before + bytes) / total
        },
      })
      before += file.size
    }
    await client.call('mimei.backup', { mid, memo: `added ${chosen.length}` })
    await load()
  } catch (error) {
    state.textContent = error.message
  } finally {
    pick.disabled = false
    pick.value = ''
    progress.value = 0
  }
}

pick.onchange = () => add([...pick.files])
document.ondragover = (event) => event.preventDefault()
document.ondrop = (event) => {
  event.preventDefault()
  add([...event.dataTransfer.files].filter(({ type }) => /^(image|video)\//.test(type)))
}
viewer.onclick = () => viewer.close()
viewer.onclose = () => viewer.replaceChildren()

client.on([mid], ({ type }) => type === 'version' && load())
await load()
pick.disabled = false
