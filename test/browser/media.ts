/** Pictures and a film for tests, made by the browser itself. */
import type { Page } from 'playwright-core'

export interface MadeFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** Landscapes as JPEG, each different, some upright. */
export async function paint(page: Page, count: number): Promise<MadeFile[]> {
  const made = await page.evaluate(async (many) => {
    const draw = async (index: number): Promise<string> => {
      const upright = index % 3 === 2
      const canvas = document.createElement('canvas')
      canvas.width = upright ? 1200 : 1600
      canvas.height = upright ? 1600 : 1200
      const pen = canvas.getContext('2d')
      if (pen === null) throw new Error('no canvas here')
      const { width, height } = canvas
      const hue = (index * 47 + 190) % 360
      const sky = pen.createLinearGradient(0, 0, 0, height)
      sky.addColorStop(0, `hsl(${hue} 60% 45%)`)
      sky.addColorStop(1, `hsl(${hue + 40} 80% 82%)`)
      pen.fillStyle = sky
      pen.fillRect(0, 0, width, height)
      pen.fillStyle = `hsl(${hue + 50} 95% 88%)`
      pen.arc(width * (0.2 + 0.1 * index), height * 0.3, width * 0.07, 0, 7)
      pen.fill()
      for (let ridge = 0; ridge < 4; ridge++) {
        pen.fillStyle = `hsl(${hue + 20} 35% ${48 - ridge * 11}%)`
        pen.beginPath()
        pen.moveTo(0, height)
        for (let x = 0; x <= width; x += 8) {
          const wave = Math.sin(x / (190 - ridge * 30) + index * 2 + ridge * 1.7)
          pen.lineTo(x, height * (0.5 + ridge * 0.13) + wave * 70 + Math.sin(x / 37 + index) * 12)
        }
        pen.lineTo(width, height)
        pen.fill()
      }
      return canvas.toDataURL('image/jpeg', 0.9)
    }
    return Promise.all(Array.from({ length: many }, (_, index) => draw(index)))
  }, count)
  return made.map((url, index) => ({
    name: `hills ${index + 1}.jpg`,
    mimeType: 'image/jpeg',
    buffer: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'),
  }))
}

/** A film of two seconds in which a disc crosses the picture. */
export async function filmOf(page: Page): Promise<MadeFile> {
  const url = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 360
    const pen = canvas.getContext('2d')
    if (pen === null) throw new Error('no canvas here')
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' })
    const pieces: Blob[] = []
    recorder.ondataavailable = ({ data }) => pieces.push(data)
    const ended = new Promise((resolve) => {
      recorder.onstop = resolve
    })
    recorder.start()
    for (let frame = 0; frame < 50; frame++) {
      pen.fillStyle = '#123a4a'
      pen.fillRect(0, 0, 640, 360)
      pen.fillStyle = '#f4c95d'
      pen.beginPath()
      pen.arc(40 + frame * 11, 180 + Math.sin(frame / 6) * 90, 34, 0, 7)
      pen.fill()
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    recorder.stop()
    await ended
    const reader = new FileReader()
    return new Promise<string>((resolve) => {
      reader.onload = () => resolve(String(reader.result))
      reader.readAsDataURL(new Blob(pieces))
    })
  })
  const buffer = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
  return { name: 'film.webm', mimeType: 'video/webm', buffer }
}
