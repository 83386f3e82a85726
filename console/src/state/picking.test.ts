import { describe, expect, it } from 'vitest'
import { below } from './picking'

const file = (path: string): { path: string; file: File } => ({
  path,
  file: new File([], path.split('/').at(-1) ?? ''),
})

describe('the files of a chosen folder', () => {
  it('are named from the folder on', () => {
    const picked = below({
      files: [file('app/index.html'), file('app/a/b.js')],
      folders: ['app/c'],
    })
    expect(picked.files.map(({ path }) => path)).toEqual(['index.html', 'a/b.js'])
    expect(picked.folders).toEqual(['c'])
  })

  it('stay as they are where there are several folders, or none', () => {
    for (const paths of [
      ['a/x', 'b/x'],
      ['x', 'y'],
      ['a/x', 'y'],
    ]) {
      const picked = below({ files: paths.map(file), folders: [] })
      expect(picked.files.map(({ path }) => path)).toEqual(paths)
    }
  })
})
