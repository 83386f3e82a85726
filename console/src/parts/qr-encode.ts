/**
 * QR codes of texts, after ISO/IEC 18004: byte mode, error correction level M, versions 1 to 10
 * (213 bytes), mask 0 to 7 by the standard's penalties.
 */

/** Error correction bytes per block, and blocks with their data bytes, by version from 1. */
const layouts: readonly (readonly [number, readonly number[]])[] = [
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
  [26, [43, 43, 43, 43, 44]],
]

/** Centres of the alignment patterns by version. */
const centres: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
]

type Grid = boolean[][]

/** Product in the field of 256 elements with the polynomial 0x11d. */
function multiply(one: number, other: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d)
    product ^= ((other >>> bit) & 1) * one
  }
  return product
}

function generator(degree: number): number[] {
  const result = [...Array<number>(degree - 1).fill(0), 1]
  let root = 1
  for (let step = 0; step < degree; step++) {
    for (let at = 0; at < degree; at++) {
      result[at] = multiply(result[at] ?? 0, root) ^ (result[at + 1] ?? 0)
    }
    root = multiply(root, 2)
  }
  return result
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
  const result = divisor.map(() => 0)
  for (const byte of data) {
    const factor = byte ^ (result.shift() ?? 0)
    result.push(0)
    divisor.forEach((part, at) => (result[at] = (result[at] ?? 0) ^ multiply(part, factor)))
  }
  return result
}

/** Data bytes: mode, length, text, end, and the standard's two filling bytes in turn. */
function dataBytes(text: Uint8Array, capacity: number, longLength: boolean): number[] {
  const bits: number[] = []
  const push = (value: number, length: number): void => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1)
  }
  push(4, 4)
  push(text.length, longLength ? 16 : 8)
  text.forEach((byte) => push(byte, 8))
  push(0, Math.min(4, capacity * 8 - bits.length))
  push(0, (8 - (bits.length % 8)) % 8)
  const bytes: number[] = []
  for (let at = 0; at < bits.length; at += 8) {
    bytes.push(bits.slice(at, at + 8).reduce((sum, bit) => sum * 2 + bit, 0))
  }
  for (let fill = 0xec; bytes.length < capacity; fill ^= 0xfd) bytes.push(fill)
  return bytes
}

/** Blocks with their error correction, woven together as they stand in the code. */
function woven(data: readonly number[], [ecLength, sizes]: (typeof layouts)[number]): number[] {
  const divisor = generator(ecLength)
  let at = 0
  const blocks = sizes.map((size) => data.slice(at, (at += size)))
  const checks = blocks.map((block) => remainder(block, divisor))
  const across = (rows: readonly (readonly number[])[]): number[] => {
    const longest = Math.max(...rows.map(({ length }) => length))
    return Array.from({ length: longest }, (_, i) => rows.map((row) => row[i]))
      .flat()
      .filter((byte) => byte !== undefined)
  }
  return [...across(blocks), ...across(checks)]
}

interface Canvas {
  readonly side: number
  readonly dark: Grid
  /** modules that belong to the patterns: data and masks leave them alone */
  readonly fixed: Grid
}

const grid = (side: number): Grid =>
  Array.from({ length: side }, () => Array<boolean>(side).fill(false))

function set({ side, dark, fixed }: Canvas, x: number, y: number, on: boolean): void {
  if (x < 0 || y < 0 || x >= side || y >= side) return
  ;(dark[y] as boolean[])[x] = on
  ;(fixed[y] as boolean[])[x] = true
}

function square(canvas: Canvas, cx: number, cy: number, radius: number, light: number[]): void {
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy))
      set(canvas, cx + dx, cy + dy, !light.includes(ring))
    }
  }
}

function drawPatterns(canvas: Canvas, version: number): void {
  const { side } = canvas
  for (let at = 0; at < side; at++) {
    set(canvas, 6, at, at % 2 === 0)
    set(canvas, at, 6, at % 2 === 0)
  }
  const last = side - 4
  for (const [x, y] of [[3, 3] as const, [last, 3] as const, [3, last] as const]) {
    square(canvas, x, y, 4, [2, 4])
  }
  const places = centres[version - 1] ?? []
  const end = places.length - 1
  places.forEach((x, i) =>
    places.forEach((y, j) => {
      const corner = (i === 0 && j === 0) || (i === 0 && j === end) || (i === end && j === 0)
      if (!corner) square(canvas, x, y, 2, [1])
    }),
  )
  drawFormat(canvas, 0)
  if (version >= 7) drawVersion(canvas, version)
}

/** Level M and the mask, with their check bits, twice. */
function drawFormat(canvas: Canvas, mask: number): void {
  const { side } = canvas
  let rest = mask
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537)
  const bits = ((mask << 10) | rest) ^ 0x5412
  const bit = (at: number): boolean => ((bits >>> at) & 1) === 1
  for (let i = 0; i <= 5; i++) set(canvas, 8, i, bit(i))
  set(canvas, 8, 7, bit(6))
  set(canvas, 8, 8, bit(7))
  set(canvas, 7, 8, bit(8))
  for (let i = 9; i < 15; i++) set(canvas, 14 - i, 8, bit(i))
  for (let i = 0; i < 8; i++) set(canvas, side - 1 - i, 8, bit(i))
  for (let i = 8; i < 15; i++) set(canvas, 8, side - 15 + i, bit(i))
  set(canvas, 8, side - 8, true)
}

function drawVersion(canvas: Canvas, version: number): void {
  let rest = version
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25)
  const bits = (version << 12) | rest
  for (let i = 0; i < 18; i++) {
    const on = ((bits >>> i) & 1) === 1
    const far = canvas.side - 11 + (i % 3)
    const near = Math.floor(i / 3)
    set(canvas, far, near, on)
    set(canvas, near, far, on)
  }
}

/** Data runs in pairs of columns from the right, up and down in turn. */
function drawData({ side, dark, fixed }: Canvas, bytes: readonly number[]): void {
  let at = 0
  for (let right = side - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < side; step++) {
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? side - 1 - step : step
        if (fixed[y]?.[x] === true || at >= bytes.length * 8) continue
        ;(dark[y] as boolean[])[x] = (((bytes[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) === 1
        at++
      }
    }
  }
}

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
]

/** How hard a code is to read: long runs, blocks, false finders, too much dark or light. */
function penalty(dark: Grid): number {
  const side = dark.length
  const columns = dark.map((_, x) => dark.map((row) => row[x] === true))
  let sum = 0
  for (const line of [...dark, ...columns]) {
    const text = line.map((on) => (on ? '1' : '0')).join('')
    for (const { length } of text.match(/0{5,}|1{5,}/g) ?? []) sum += length - 2
    sum += 40 * (text.match(/(?=00001011101|10111010000)/g)?.length ?? 0)
  }
  for (let y = 1; y < side; y++) {
    for (let x = 1; x < side; x++) {
      const on = dark[y]?.[x]
      if (on === dark[y]?.[x - 1] && on === dark[y - 1]?.[x] && on === dark[y - 1]?.[x - 1])
        sum += 3
    }
  }
  const share = dark.flat().filter(Boolean).length / (side * side)
  return sum + 10 * Math.floor(Math.abs(share - 0.5) * 20)
}

/**
 * The modules of a QR code, rows of dark (true) and light.
 * @returns undefined where the text is longer than 213 bytes of UTF-8
 */
export function encodeQr(text: string): readonly (readonly boolean[])[] | undefined {
  const bytes = new TextEncoder().encode(text)
  const fits = ([, sizes]: (typeof layouts)[number], index: number): boolean =>
    bytes.length + (index < 9 ? 2 : 3) <= sizes.reduce((sum, size) => sum + size, 0)
  const version = layouts.findIndex(fits) + 1
  const layout = layouts[version - 1]
  if (layout === undefined) return undefined
  const capacity = layout[1].reduce((sum, size) => sum + size, 0)
  const side = version * 4 + 17
  const canvas: Canvas = { side, dark: grid(side), fixed: grid(side) }
  drawPatterns(canvas, version)
  drawData(canvas, woven(dataBytes(bytes, capacity, version >= 10), layout))
  const made = masks.map((mask, number) => {
    const dark = canvas.dark.map((row, y) =>
      row.map((on, x) => (canvas.fixed[y]?.[x] === true ? on : on !== mask(x, y))),
    )
    drawFormat({ side, dark, fixed: grid(side) }, number)
    return dark
  })
  return made.reduce((best, next) => (penalty(next) < penalty(best) ? next : best))
}
