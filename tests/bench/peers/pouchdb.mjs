// One side of a PouchDB pair: `node pouchdb.mjs MODULES far FOLDER` or `… near FOLDER PORT ROWS`.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const [modules, role, folder, port, rows] = process.argv.slice(2)
const require = createRequire(modules + '/')
const PouchDB = require('pouchdb')
const BATCH = 1000
const EDITS = 1000
const say = answer => process.stdout.write(JSON.stringify(answer ?? {}) + '\n')

mkdirSync(folder, { recursive: true })

async function digest (db) {
  const hash = createHash('sha256')
  const { rows } = await db.allDocs({ include_docs: true })
  for (const { doc } of rows) {
    const { _rev, ...rest } = doc
    hash.update(JSON.stringify(Object.entries(rest).sort()) + '\n')
  }
  return { digest: hash.digest('hex'), count: rows.length }
}

async function listen (words) {
  for await (const line of createInterface({ input: process.stdin })) say(await words[line.trim()]())
  process.exit(0)
}

if (role === 'far') {
  const Local = PouchDB.defaults({ prefix: folder + '/' })
  const app = require('express')()
  app.use(require('express-pouchdb')(Local, {
    mode: 'minimumForPouchDB',
    inMemoryConfig: true,
    logPath: folder + '/log.txt',
    overrideMode: { include: ['routes/bulk-get', 'routes/revs-diff'] }
  }))
  const server = app.listen(0, '127.0.0.1', () => {
    say({ port: server.address().port })
    listen({ digest: () => digest(new Local('dossier')) })
  })
} else {
  const db = new PouchDB(folder + '/dossier')
  const docs = readFileSync(rows, 'utf8').trim().split('\n').map(line => {
    const { id, ...rest } = JSON.parse(line)
    return { _id: id, ...rest }
  })
  const revisions = new Map()
  const write = async some => {
    for (const { id, rev } of await db.bulkDocs(some)) revisions.set(id, rev)
  }
  const push = async () => {
    const done = await db.replicate.to(`http://127.0.0.1:${port}/dossier`, { batch_size: BATCH, batches_limit: 5 })
    return { written: done.docs_written }
  }
  say({})
  listen({
    load: async () => {
      for (let start = 0; start < docs.length; start += BATCH) await write(docs.slice(start, start + BATCH))
    },
    edit: () => {
      const step = Math.max(Math.floor(docs.length / EDITS), 1)
      const some = docs.filter((_, place) => place % step === 0).slice(0, EDITS)
      return write(some.map((doc, place) => ({ ...doc, _rev: revisions.get(doc._id), shelf: `9-9-${place}` })))
    },
    cold: push,
    incr: push,
    digest: () => digest(db)
  })
}
